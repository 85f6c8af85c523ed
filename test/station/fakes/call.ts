import type {AudioStream} from '../../../firmware/rtp/audio-stream.ts';
import {nothingDropped} from '../../../firmware/rtp/dropped-packets.ts';
import type {
  Call,
  CallEnd,
  CallListener,
  CallState,
  HangUpReason,
  IncomingCall,
  Party,
  RefusalStatus,
} from '../../../firmware/sip/agent/call.ts';
import type {CallMedia} from '../../../firmware/station/media.ts';

export const stream: AudioStream = {
  remote: {address: '192.0.2.7', port: 4000},
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: false},
  security: undefined,
};

export function party(fields: Partial<Party> = {}): Party {
  return {
    uri: 'sip:101@example.org',
    displayName: '',
    user: '101',
    host: 'example.org',
    address: '192.0.2.7',
    account: undefined,
    verified: false,
    ...fields,
  };
}

export class FakeSession implements CallMedia {
  readonly port = 16384;
  onDigit: ((digit: string, way: 'rtp' | 'tone') => void) | undefined;
  onSilence: ((seconds: number) => void) | undefined;
  figures = {
    sent: 0,
    received: 0,
    lost: 0,
    late: 0,
    dropped: nothingDropped,
    jitterMs: 0,
    delayMs: 0,
    xruns: 0,
    remoteLost: null,
    remoteJitterMs: null,
    roundTripMs: null,
    remoteMos: null,
  };
  closed = false;
  /** The media thread has ended. */
  gone = false;

  update(): void {}

  async statistics(): Promise<typeof this.figures | undefined> {
    return this.gone ? undefined : this.figures;
  }

  close(): void {
    this.closed = true;
  }
}

/** A call as the user agent would give it; a test plays the other side. */
export class FakeCall implements IncomingCall {
  readonly id: string;
  // The same class stands for both; nobody asks an outgoing one to ring.
  readonly direction: 'incoming';
  readonly party: Party;
  readonly answerAfter: number | undefined;
  readonly target: string;
  replaces: Call | undefined;
  readonly media = new FakeSession();
  state: CallState = 'calling';
  confirmed = true;
  listener: CallListener | undefined;
  onEnded: ((end: CallEnd) => void) | undefined;
  /** What the station did to end it. */
  endedBy: HangUpReason | 'hang-up' | RefusalStatus | undefined;

  constructor(
    id: string,
    direction: 'outgoing' | 'incoming',
    target: string,
    caller: Party,
    answerAfter?: number,
  ) {
    this.id = id;
    this.direction = direction as 'incoming';
    this.target = target;
    this.party = caller;
    this.answerAfter = answerAfter;
  }

  get caller(): Party {
    return this.party;
  }

  /** The other side rings. */
  rings(earlyMedia = false): void {
    if (this.state !== 'calling' && this.state !== 'ringing') return;
    this.state = 'ringing';
    this.listener?.onRinging(earlyMedia);
  }

  /** The other side answers, or takes note of our answer. */
  answers(): void {
    if (this.state === 'ended' || this.state === 'talking') return;
    this.state = 'talking';
    this.listener?.onAnswered(stream);
  }

  /** The other side ends it. */
  ends(cause: CallEnd['cause'], text: string = cause): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.media.close();
    if (this.listener) this.listener.onEnded({cause, text});
    else this.onEnded?.({cause, text});
  }

  /** A key by RFC 4733. */
  presses(digits: string): void {
    for (const digit of digits) this.media.onDigit?.(digit, 'rtp');
  }

  hangUp(reason?: HangUpReason): void {
    if (this.state === 'ended') return;
    this.endedBy = reason ?? 'hang-up';
    this.ends(this.state === 'talking' ? 'hung-up-here' : (reason ?? 'cancelled'));
  }

  ring(): void {
    this.state = 'ringing';
  }

  answer(listener: CallListener): void {
    this.listener = listener;
  }

  refuse(status: RefusalStatus): void {
    if (this.state === 'ended') return;
    this.endedBy = status;
    this.ends('refused');
  }
}
