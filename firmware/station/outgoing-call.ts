import type {Clock, Timer} from '../base/clock.ts';
import type {AudioStream} from '../rtp/audio-stream.ts';
import type {Call, CallListener} from '../sip/agent/call.ts';
import {
  CallPlan,
  type CallPlanSettings,
  type LegEvent,
  type PlanAction,
  type PlanResult,
} from './call-plan.ts';
import type {Telephone} from './telephone.ts';

/** What is told of a call once it is up. */
export type TalkListener = Required<Pick<CallListener, 'onUpdated' | 'onDigit' | 'onTransfer' | 'onEnded'>>;

/** The leg that was answered. */
export interface ConnectedLeg {
  readonly target: string;
  readonly call: Call;
  readonly stream: AudioStream;
  /** From now on `listener` is told what happens to it. To be called at once. */
  handOver(listener: TalkListener): void;
}

export interface OutgoingListener {
  /** A leg has begun. */
  legStarted(call: Call): void;
  /** A phone rings. `earlyMedia`: the call whose sound is to be heard instead of a ringback tone. */
  ringing(target: string, earlyMedia: Call | undefined): void;
  /** No phone rings any more, though there are targets left. */
  searching(): void;
  connected(leg: ConnectedLeg): void;
  finished(result: PlanResult): void;
}

interface Leg {
  call: Call | undefined;
  stream: AudioStream | undefined;
  letGo: 'no' | 'plain' | 'answered-elsewhere';
  talk: TalkListener | undefined;
}

/** Carries out a call plan: places the calls, tells the plan what they say, and keeps its time. */
export class OutgoingCall {
  readonly plan: CallPlan;
  readonly #settings: CallPlanSettings;
  readonly #telephone: Pick<Telephone, 'call'>;
  readonly #clock: Clock;
  readonly #listener: OutgoingListener;
  readonly #legs: Leg[];
  #timer: Timer | undefined;
  #rings = false;

  constructor(options: {
    settings: CallPlanSettings;
    telephone: Pick<Telephone, 'call'>;
    clock: Clock;
    listener: OutgoingListener;
  }) {
    this.#settings = options.settings;
    this.#telephone = options.telephone;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#legs = options.settings.targets.map(() => ({
      call: undefined,
      stream: undefined,
      letGo: 'no',
      talk: undefined,
    }));
    this.plan = new CallPlan(options.settings, options.clock.now());
  }

  start(): void {
    this.#perform(this.plan.start(this.#clock.now()));
  }

  /** Whether `call` is one of those that nobody has answered yet. */
  isCalling(call: Call): boolean {
    return this.#legs.some((leg) => leg.call === call && leg.letGo === 'no' && !leg.talk);
  }

  /** Somebody who was not called answers in place of all. */
  supersede(): void {
    this.#perform(this.plan.supersede());
  }

  /** Ends it before anybody has answered; harmless after. */
  cancel(): void {
    this.#perform(this.plan.cancel());
  }

  #handle(event: LegEvent): void {
    this.#perform(this.plan.handle(event, this.#clock.now()));
  }

  #perform(actions: readonly PlanAction[]): void {
    for (const action of actions) {
      switch (action.do) {
        case 'call':
          this.#call(action.leg);
          break;
        case 'hang-up':
          this.#hangUp(this.#legs[action.leg]!, action.reason ?? 'plain');
          break;
        case 'connect':
          this.#connect(action.leg);
          break;
        case 'finish':
          this.#listener.finished(action.result);
          break;
      }
    }
    if (this.#rings && this.plan.state === 'calling') this.#listener.searching();
    this.#rings = this.plan.state === 'ringing';
    this.#timer?.cancel();
    const wakeAt = this.plan.wakeAt;
    if (wakeAt === undefined) return;
    this.#timer = this.#clock.after(wakeAt - this.#clock.now(), () => {
      this.#perform(this.plan.wake(this.#clock.now()));
    });
  }

  #call(index: number): void {
    const leg = this.#legs[index]!;
    const placed = this.#telephone.call(this.#settings.targets[index]!, this.#legListener(index));
    if (!placed.ok) {
      const {code, text} = placed.error;
      const cause = code === 'bad-target' || code === 'no-domain' ? 'not-found' : 'failed';
      this.#handle({type: 'ended', leg: index, end: {cause, text}});
      return;
    }
    leg.call = placed.value;
    this.#listener.legStarted(placed.value);
    // It may have been let go while it was being placed.
    if (leg.letGo !== 'no') this.#hangUp(leg, leg.letGo);
  }

  #legListener(index: number): CallListener {
    const leg = this.#legs[index]!;
    return {
      onRinging: (earlyMedia) => {
        this.#handle({type: 'ringing', leg: index});
        if (this.plan.state !== 'ringing' || !leg.call) return;
        // Of several phones no one's announcement can stand for all.
        const alone = this.#legs.every(
          (other) => other === leg || other.call === undefined || other.letGo !== 'no',
        );
        this.#listener.ringing(this.#settings.targets[index]!, earlyMedia && alone ? leg.call : undefined);
      },
      onAnswered: (stream) => {
        leg.stream = stream;
        this.#handle({type: 'answered', leg: index});
      },
      onUpdated: (stream) => leg.talk?.onUpdated(stream),
      onDigit: (digit, how) => leg.talk?.onDigit(digit, how),
      onTransfer: (request) => {
        if (leg.talk) leg.talk.onTransfer(request);
        else request.refuse(403);
      },
      onEnded: (end) => {
        leg.letGo = 'plain';
        if (leg.talk) leg.talk.onEnded(end);
        else this.#handle({type: 'ended', leg: index, end});
      },
    };
  }

  #hangUp(leg: Leg, reason: Leg['letGo']): void {
    leg.letGo = reason;
    if (reason === 'answered-elsewhere') leg.call?.hangUp('answered-elsewhere');
    else leg.call?.hangUp();
  }

  #connect(index: number): void {
    const leg = this.#legs[index]!;
    this.#listener.connected({
      target: this.#settings.targets[index]!,
      call: leg.call!,
      stream: leg.stream!,
      handOver: (listener) => {
        leg.talk = listener;
      },
    });
  }
}
