import type {CallEnd} from '../sip/agent/call.ts';

/** Nobody is kept waiting longer than this, whatever the targets' own times are; ms. */
export const RING_LIMIT = 60_000;
/**
 * In turn, a target from which nothing has come for so long (ms) is joined by the next one: it may be dead.
 * It is not given up: a slow gateway still has its full time.
 */
const SILENCE_LIMIT = 5_000;

export interface CallPlanSettings {
  /** At least one. */
  readonly targets: readonly string[];
  readonly ring: 'together' | 'in-turn';
  /** In turn: for each target. Together: for all of them. */
  readonly ringSeconds: number;
  /** In turn: whether a refusal ends the plan. A busy phone is no refusal: nobody has said no. */
  readonly whenRefused: 'next' | 'end';
}

/** What has happened to one leg: `leg` is the index of its target. */
export type LegEvent =
  | {readonly type: 'ringing'; readonly leg: number}
  | {readonly type: 'answered'; readonly leg: number}
  | {readonly type: 'ended'; readonly leg: number; readonly end: CallEnd};

/** How a leg came out, seen from the plan. */
export type LegCause = Exclude<CallEnd['cause'], 'hung-up-here' | 'hung-up-there'> | 'answered';

/**
 * How a plan that nobody answered came out, most telling first: somebody has said no, somebody is there,
 * somebody's phone rang, and only then what went wrong on the way. The sum of the legs is the first of these
 * that any leg has.
 */
const MEANING = ['refused', 'busy', 'no-answer', 'not-found', 'unreachable', 'failed'] as const;

export type PlanResult = (typeof MEANING)[number] | 'cancelled';

/** What is to be done, in this order. */
export type PlanAction =
  | {readonly do: 'call'; readonly leg: number}
  | {readonly do: 'hang-up'; readonly leg: number; readonly reason?: 'answered-elsewhere'}
  | {readonly do: 'connect'; readonly leg: number}
  | {readonly do: 'finish'; readonly result: PlanResult};

interface Leg {
  state: 'waiting' | 'calling' | 'ringing' | 'done';
  /** When its time is over; meaningless while it waits. */
  ringEnd: number;
  /** When the next target joins because nothing has come from this one. */
  silenceEnd: number;
  cause: LegCause | undefined;
  text: string;
}

/**
 * Who is called when: a pure state machine. It is told what happens and what time it is (ms, any origin), and
 * returns what to do; `wakeAt` is when it wants to be asked again. Every leg has its own time, so no dead
 * peer delays another.
 *
 *     calling -> ringing -> connected | finished
 */
export class CallPlan {
  readonly #settings: CallPlanSettings;
  readonly #legs: Leg[];
  readonly #limit: number;
  #state: 'calling' | 'ringing' | 'connected' | 'finished' = 'calling';

  constructor(settings: CallPlanSettings, now: number) {
    this.#settings = settings;
    this.#limit = now + RING_LIMIT;
    this.#legs = settings.targets.map(() => ({
      state: 'waiting',
      ringEnd: 0,
      silenceEnd: 0,
      cause: undefined,
      text: '',
    }));
  }

  get state(): 'calling' | 'ringing' | 'connected' | 'finished' {
    return this.#state;
  }

  /** How each target came out so far; undefined for those that still ring or wait. */
  get legs(): readonly {
    readonly target: string;
    readonly cause: LegCause | undefined;
    readonly text: string;
  }[] {
    return this.#legs.map(({cause, text}, leg) => ({target: this.#settings.targets[leg]!, cause, text}));
  }

  /** When `wake` is to be called; undefined when nothing is awaited any more. */
  get wakeAt(): number | undefined {
    if (this.#over) return undefined;
    const live = this.#live();
    const times = live.map(({ringEnd}) => ringEnd);
    const silent = live.every(({state}) => state === 'calling');
    // The next one joins when the last of those that are called has been silent for too long.
    if (this.#next() !== undefined && silent) times.push(Math.max(...live.map(({silenceEnd}) => silenceEnd)));
    return Math.min(this.#limit, ...times);
  }

  start(now: number): PlanAction[] {
    if (this.#settings.ring === 'in-turn') return this.#call(0, now);
    return this.#legs.flatMap((_, leg) => this.#call(leg, now));
  }

  handle(event: LegEvent, now: number): PlanAction[] {
    const leg = this.#legs[event.leg]!;
    switch (event.type) {
      case 'ringing':
        if (this.#over || leg.state !== 'calling') return [];
        leg.state = 'ringing';
        this.#state = 'ringing';
        return [];
      case 'answered':
        // It answered in the moment in which it was let go.
        if (this.#over || leg.state === 'done')
          return [{do: 'hang-up', leg: event.leg, reason: 'answered-elsewhere'}];
        return this.#connect(event.leg);
      case 'ended':
        if (this.#over || leg.state === 'done') return [];
        this.#done(event.leg, causeOf(event.end), event.end.text);
        if (
          leg.cause === 'refused' &&
          this.#settings.ring === 'in-turn' &&
          this.#settings.whenRefused === 'end'
        ) {
          return this.#finish('refused', 'not needed after a refusal');
        }
        return this.#goOn(now);
    }
  }

  /** Time has come on. */
  wake(now: number): PlanAction[] {
    if (this.#over) return [];
    const actions: PlanAction[] = [];
    for (const [index, leg] of this.#legs.entries()) {
      const live = leg.state === 'calling' || leg.state === 'ringing';
      if (!live || now < Math.min(leg.ringEnd, this.#limit)) continue;
      actions.push({do: 'hang-up', leg: index});
      if (leg.state === 'ringing') this.#done(index, 'no-answer', 'rang, and nobody answered');
      else this.#done(index, 'unreachable', `nothing came back from ${this.#settings.targets[index]}`);
    }
    if (now >= this.#limit) return [...actions, ...this.#finish(this.#sum(), 'out of time')];
    return [...actions, ...this.#goOn(now)];
  }

  /** Somebody who was not called has answered in place of all. */
  supersede(): PlanAction[] {
    if (this.#over) return [];
    this.#state = 'connected';
    return this.#letGo('answered-elsewhere', 'another one answered');
  }

  /** The visitor has given up. */
  cancel(): PlanAction[] {
    return this.#over ? [] : this.#finish('cancelled', 'cancelled');
  }

  get #over(): boolean {
    return this.#state === 'connected' || this.#state === 'finished';
  }

  #live(): Leg[] {
    return this.#legs.filter(({state}) => state === 'calling' || state === 'ringing');
  }

  /** The next target in turn; undefined when all have been called. */
  #next(): number | undefined {
    const next = this.#legs.findIndex(({state}) => state === 'waiting');
    return next < 0 ? undefined : next;
  }

  #call(index: number, now: number): PlanAction[] {
    const leg = this.#legs[index]!;
    leg.state = 'calling';
    leg.ringEnd = now + this.#settings.ringSeconds * 1000;
    leg.silenceEnd = now + SILENCE_LIMIT;
    return [{do: 'call', leg: index}];
  }

  /** Calls the next target when no live leg speaks against it, or sums up when there is none left. */
  #goOn(now: number): PlanAction[] {
    const live = this.#live();
    const next = this.#next();
    if (next === undefined) return live.length > 0 ? [] : this.#finish(this.#sum(), '');
    const held = live.some(({state, silenceEnd}) => state === 'ringing' || now < silenceEnd);
    return held ? [] : this.#call(next, now);
  }

  #connect(answered: number): PlanAction[] {
    this.#done(answered, 'answered', 'answered');
    this.#state = 'connected';
    return [...this.#letGo('answered-elsewhere', 'another one answered'), {do: 'connect', leg: answered}];
  }

  #finish(result: PlanResult, text: string): PlanAction[] {
    const actions = this.#letGo('cancelled', text);
    this.#state = 'finished';
    return [...actions, {do: 'finish', result}];
  }

  /** Hangs up whatever is still calling or ringing. */
  #letGo(cause: 'answered-elsewhere' | 'cancelled', text: string): PlanAction[] {
    return this.#legs.flatMap((leg, index): PlanAction[] => {
      const live = leg.state === 'calling' || leg.state === 'ringing';
      if (!live) return [];
      this.#done(index, cause, text);
      return [
        cause === 'answered-elsewhere'
          ? {do: 'hang-up', leg: index, reason: cause}
          : {do: 'hang-up', leg: index},
      ];
    });
  }

  #done(index: number, cause: LegCause, text: string): void {
    const leg = this.#legs[index]!;
    leg.state = 'done';
    leg.cause = cause;
    leg.text = text;
    if (this.#state === 'ringing' && !this.#legs.some(({state}) => state === 'ringing'))
      this.#state = 'calling';
  }

  #sum(): PlanResult {
    const causes = new Set(this.#legs.map(({cause}) => cause));
    return MEANING.find((cause) => causes.has(cause)) ?? 'failed';
  }
}

/** A leg that ends before it was answered has not been hung up by anybody: the far end let it fall. */
function causeOf(end: CallEnd): LegCause {
  return end.cause === 'hung-up-here' || end.cause === 'hung-up-there' ? 'failed' : end.cause;
}
