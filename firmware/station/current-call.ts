import type {Clock} from '../base/clock.ts';
import type {Call, IncomingCall} from '../sip/agent/call.ts';
import type {CallKeys} from './call-keys.ts';
import type {CallRecord, CallResult, LegRecord} from './call-record.ts';
import {type Conversation, NO_FIGURES} from './conversation.ts';
import type {CallMedia} from './media.ts';
import type {OutgoingCall} from './outgoing-call.ts';
import type {CallStatus, StationState} from './status.ts';

/** Somebody who is about to take part in a call in place of who is talked to. */
export interface Move {
  /** Whom the call moves to. */
  readonly target: string;
  /** The newcomer's call, where it has called itself. */
  readonly call: Call | undefined;
  /** Who was talked to when it began; undefined where nobody was yet. */
  readonly from: string | undefined;
  /** What the newcomer has to say before it answers. */
  earlyMedia: CallMedia | undefined;
  cancel(): void;
}

/**
 * The one call that the station has, from its beginning to its end, and what the call log will say of it.
 *
 *     calling -> ringing -> talking      outgoing
 *     incoming -> talking                incoming
 *     talking -> ringing -> talking      who was talked to has left it to somebody else
 */
export class CurrentCall {
  readonly id: number;
  readonly direction: 'outgoing' | 'incoming';
  /** The button that was pressed, if it was one. */
  readonly button: string | null;
  /** Clock time at which it began: at the press; ms. */
  readonly startedAt: number;
  readonly #clock: Clock;
  readonly #at: string;
  #answeredAt: number | undefined;
  /** Since when somebody has been talking, and how long (ms) others had before. */
  #talkingSince: number | undefined;
  #talked = 0;
  #endedAt: number | undefined;
  phase: Exclude<StationState, 'idle'>;
  /** Whom it is meant for, who calls, or who is talked to. */
  peer: string;
  /** The name of who calls, where it is known. */
  peerName: string | undefined;
  pressToInviteMs: number | null = null;
  outgoing: OutgoingCall | undefined;
  incoming: IncomingCall | undefined;
  conversation: Conversation | undefined;
  #keys: CallKeys | undefined;
  /** Keys of those who were talked to before. */
  #keysBefore = 0;
  /** Who is about to take part in place of who is talked to. */
  move: Move | undefined;
  /** The calls to whom it was to be transferred, however they came out. */
  readonly transfers: OutgoingCall[] = [];
  /** Whether the journal tells of a transfer that was refused. */
  refusedTransferTold = false;
  /** Whether the journal tells of a press that did nothing: once is enough, a contact may bounce for hours. */
  ignoredPressTold = false;
  /** Whether journal and call log know of it already. */
  announced = false;

  constructor(options: {
    id: number;
    direction: 'outgoing' | 'incoming';
    button: string | null;
    peer: string;
    startedAt: number;
    clock: Clock;
  }) {
    this.id = options.id;
    this.direction = options.direction;
    this.button = options.button;
    this.startedAt = options.startedAt;
    this.peer = options.peer;
    this.phase = options.direction === 'outgoing' ? 'calling' : 'incoming';
    this.#clock = options.clock;
    this.#at = new Date(options.clock.wallTime() - (options.clock.now() - options.startedAt)).toISOString();
  }

  /** Somebody is talking now. */
  talk(peer: string, conversation: Conversation, keys: CallKeys): void {
    this.#keysBefore += this.#keys?.count ?? 0;
    this.#keys = keys;
    this.phase = 'talking';
    this.peer = peer;
    this.conversation = conversation;
    this.#pause();
    this.#talkingSince = this.#clock.now();
    this.#answeredAt ??= this.#talkingSince;
  }

  /** Nobody is talking any more; `peer` is to answer yet. */
  wait(peer: string): void {
    this.#pause();
    this.phase = 'ringing';
    this.peer = peer;
    this.peerName = undefined;
  }

  #pause(): void {
    this.#talked += this.#clock.now() - (this.#talkingSince ?? this.#clock.now());
    this.#talkingSince = undefined;
  }

  /** It is over: its times count no further. */
  end(): void {
    this.#endedAt ??= this.#clock.now();
  }

  /** Whole seconds of talking so far. */
  get talkSeconds(): number {
    const end = this.#endedAt ?? this.#clock.now();
    return Math.floor((this.#talked + end - (this.#talkingSince ?? end)) / 1000);
  }

  /** The other side as status, journal and call log give it. */
  get who(): {peer: string; peerName?: string} {
    return {peer: this.peer, ...(this.peerName === undefined ? {} : {peerName: this.peerName})};
  }

  get status(): CallStatus {
    return {
      id: this.id,
      direction: this.direction,
      ...this.who,
      codec: this.conversation?.codec ?? null,
      encryption: this.conversation?.encryption ?? null,
      seconds: this.talkSeconds,
      rtp: this.conversation?.figures ?? NO_FIGURES,
    };
  }

  /** What the call log keeps of it now; `result` is null while it goes on. */
  record(result: CallResult | null, text: string): CallRecord {
    const ringEnd = this.#answeredAt ?? this.#endedAt ?? this.#clock.now();
    return {
      id: this.id,
      at: this.#at,
      direction: this.direction,
      button: this.button,
      ...this.who,
      result,
      text,
      legs: this.#legs(),
      ringSeconds: Math.floor((ringEnd - this.startedAt) / 1000),
      talkSeconds: this.talkSeconds,
      pressToInviteMs: this.pressToInviteMs,
      codec: this.conversation?.codec ?? null,
      rtp: this.conversation?.figures ?? NO_FIGURES,
      keysHeard: this.#keysBefore + (this.#keys?.count ?? 0),
    };
  }

  /** What each target said, in one line; a single one needs no name. */
  get legsText(): string {
    const legs = this.outgoing?.plan.legs ?? [];
    const said = legs.filter(({text}) => text !== '');
    return said.map(({target, text}) => (legs.length === 1 ? text : `${target}: ${text}`)).join('; ');
  }

  #legs(): LegRecord[] {
    const calls = this.outgoing ? [this.outgoing, ...this.transfers] : this.transfers;
    return calls
      .flatMap(({plan}) => plan.legs)
      .flatMap(({target, cause, text}) => (cause === undefined ? [] : [{target, result: cause, text}]));
  }
}
