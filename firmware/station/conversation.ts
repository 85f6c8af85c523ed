import type {Clock, Timer} from '../base/clock.ts';
import type {AudioStream} from '../rtp/audio-stream.ts';
import {nothingDropped} from '../rtp/dropped-packets.ts';
import type {Call, CallEnd, TransferRequest} from '../sip/agent/call.ts';
import type {DigitSource} from './door-codes.ts';
import type {CallMedia} from './media.ts';
import type {TalkListener} from './outgoing-call.ts';
import {estimateMos} from './quality.ts';
import type {RtpFigures} from './status.ts';
import {TalkTime} from './talk-time.ts';

/** How often the figures of the sound are asked for; ms. */
const FIGURES_TIME = 1_000;
/** Without sound for so many seconds, a call is dead: a phone that was switched off sends no BYE. */
const DEAD_SECONDS = 10;

/** No packet yet. */
export const NO_FIGURES: Readonly<RtpFigures> = {
  sent: 0,
  received: 0,
  lost: 0,
  late: 0,
  dropped: nothingDropped,
  jitterMs: 0,
  delayMs: 0,
  xruns: 0,
  mos: null,
  remoteLost: null,
  remoteJitterMs: null,
  roundTripMs: null,
  remoteMos: null,
};

export interface ConversationListener {
  /** A key of the other side. */
  key(digit: string, source: DigitSource): void;
  /** The other side wants the call to go on with somebody else. */
  transfer(request: TransferRequest): void;
  /** The talk will end in so many seconds. */
  ending(seconds: number): void;
  /** No sound for so many seconds; `expected` is where it should come from. */
  silent(seconds: number, expected: string): void;
  /** It is over; `text` says why. `lastFigures` is settled when the figures are as they were at the end. */
  ended(text: string, lastFigures: Promise<void>): void;
}

/** A call that is up: its time limits, its keys, its figures. */
export class Conversation implements TalkListener {
  readonly call: Call;
  readonly #media: CallMedia | undefined;
  readonly #clock: Clock;
  readonly #listener: ConversationListener;
  readonly #talkTime: TalkTime;
  #stream: AudioStream;
  #figures: RtpFigures = {...NO_FIGURES};
  #talkTimer: Timer | undefined;
  #figuresTimer: Timer | undefined;
  #over = false;
  #warned = false;
  #keysByInfo = false;

  constructor(options: {
    call: Call;
    media: CallMedia | undefined;
    stream: AudioStream;
    talkSeconds: number;
    clock: Clock;
    listener: ConversationListener;
  }) {
    this.call = options.call;
    this.#media = options.media;
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#talkTime = new TalkTime(options.talkSeconds, this.#clock.now());
    if (this.#media) {
      this.#media.onDigit = (digit, way) => this.#hear(digit, way);
      this.#media.onSilence = (seconds) => this.#silent(seconds);
    }
    this.#scheduleTalk();
    this.#scheduleFigures();
  }

  get codec(): string {
    return this.#stream.codec;
  }

  /** Crypto suite of SRTP; null where the sound is not encrypted. */
  get encryption(): string | null {
    return this.#stream.security?.suite ?? null;
  }

  /** As they were asked for last, at most a second ago. */
  get figures(): RtpFigures {
    return this.#figures;
  }

  /** Whether the talk is about to end. */
  get ending(): boolean {
    return this.#warned;
  }

  /** A key was pressed: the whole time begins anew. */
  extend(): void {
    if (this.#over) return;
    this.#talkTime.extend(this.#clock.now());
    this.#warned = false;
    this.#scheduleTalk();
  }

  /** Ends it. For the station it is over at once, however long the other side takes to confirm. */
  hangUp(reason: string): void {
    this.#end(reason);
    this.call.hangUp();
  }

  onUpdated(stream: AudioStream): void {
    this.#stream = stream;
  }

  onDigit(digit: string): void {
    this.#keysByInfo = true;
    this.#listener.key(digit, 'info');
  }

  onTransfer(request: TransferRequest): void {
    this.#listener.transfer(request);
  }

  onEnded(end: CallEnd): void {
    this.#end(end.text);
  }

  /**
   * Who sends keys by INFO is not listened to for tones: they would be the same keys. An INVITE under somebody else's
   * address may have the sound come from anywhere, and its sender never sees what there is to acknowledge.
   */
  #hear(digit: string, way: 'rtp' | 'tone'): void {
    if (!this.call.confirmed) return;
    if (way === 'rtp' || !this.#keysByInfo) this.#listener.key(digit, way);
  }

  #end(text: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#talkTimer?.cancel();
    this.#figuresTimer?.cancel();
    if (this.#media) {
      this.#media.onDigit = undefined;
      this.#media.onSilence = undefined;
    }
    this.#listener.ended(text, this.#refresh());
  }

  /** Asks for the figures once more. Never fails; the sound may be closed already. */
  async #refresh(): Promise<void> {
    try {
      const figures = await this.#media?.statistics();
      if (!figures) return;
      const {sent, received, lost, late, dropped, xruns, remoteLost, remoteMos} = figures;
      this.#figures = {
        sent,
        received,
        lost,
        late,
        dropped,
        jitterMs: inTenths(figures.jitterMs),
        delayMs: inTenths(figures.delayMs),
        xruns,
        mos: estimateMos(figures),
        remoteLost,
        remoteJitterMs: figures.remoteJitterMs && inTenths(figures.remoteJitterMs),
        roundTripMs: figures.roundTripMs && inTenths(figures.roundTripMs),
        remoteMos,
      };
    } catch {
      // The media thread has let go of the call: what was read last stays.
    }
  }

  #silent(seconds: number): void {
    // On hold nothing need come.
    const {direction, remote} = this.#stream;
    if (direction !== 'sendrecv') return;
    this.#listener.silent(seconds, `${remote.address} port ${remote.port}`);
    if (seconds >= DEAD_SECONDS) this.hangUp(`no sound has come for ${seconds} s`);
  }

  #scheduleTalk(): void {
    this.#talkTimer?.cancel();
    this.#talkTimer = this.#clock.after(this.#talkTime.wakeAt - this.#clock.now(), () => {
      const now = this.#clock.now();
      const due = this.#talkTime.check(now);
      if (due === 'end') {
        this.hangUp('the talking time was over');
        return;
      }
      if (due === 'warn') {
        this.#warned = true;
        this.#listener.ending(this.#talkTime.secondsLeft(now));
      }
      this.#scheduleTalk();
    });
  }

  #scheduleFigures(): void {
    this.#figuresTimer = this.#clock.after(FIGURES_TIME, () => {
      void this.#refresh();
      this.#scheduleFigures();
    });
  }
}

/** More digits of a time in ms say nothing. */
function inTenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
