import type {Result} from '../../base/result.ts';
import type {AudioStream, SocketAddress} from '../../rtp/audio-stream.ts';

/** One end of an RTP session: owned by the call that opened it, closed when the call ends. */
export interface MediaPort {
  /** The local UDP port that RTP arrives at. */
  readonly port: number;
  /** Where RTP is to be sent by the other side, where a NAT is between; else to the local address and `port`. */
  readonly mapped?: SocketAddress | undefined;
  /** Where reports (RTCP) are to be sent then. */
  readonly mappedRtcp?: SocketAddress | undefined;
  /** Applies what offer and answer settled: where to send, which payload types, which direction. */
  update(stream: AudioStream): void;
  /** Frees the port. */
  close(): void;
}

/** The far end of a call, and how far its name may be believed. */
export interface Party {
  /** Its address of record as it may be shown, for example `sip:101@example.org`; `anonymous` where it wants to hide it. */
  readonly uri: string;
  /** Its name as it may be shown; may be empty. To be believed as `user` and `host` are. */
  readonly displayName: string;
  readonly user: string | undefined;
  /** Host part of `uri`; IPv6 without brackets. */
  readonly host: string;
  /** IP address of the hop that its messages come from; empty as long as an outgoing call has not resolved it. */
  readonly address: string;
  /** Name of the account whose server it came through; undefined for a direct call. */
  readonly account: string | undefined;
  /**
   * Whether `user` and `host` may be believed: it came through an account's server, or `host` is the very
   * address that the request came from. A From header alone proves nothing.
   */
  readonly verified: boolean;
}

/** `calling` until a 18x comes or goes, `ringing` until the call is answered. */
export type CallState = 'calling' | 'ringing' | 'talking' | 'ended';

/** How a call ended. */
export interface CallEnd {
  readonly cause:
    | 'hung-up-here'
    | 'hung-up-there'
    | 'cancelled'
    | 'answered-elsewhere'
    | 'busy'
    | 'refused'
    | 'no-answer'
    | 'unreachable'
    | 'not-found'
    | 'failed';
  /** SIP status code, where a response decided. */
  readonly status?: number;
  /** What happened, in a sentence for people. */
  readonly text: string;
}

/** Why a call cannot even be tried. */
export interface CallFailure {
  readonly code: 'bad-target' | 'no-domain' | 'too-many-calls' | 'stopped';
  readonly text: string;
}

/** The far end asks that somebody else be called in its place (REFER, RFC 3515). To be accepted or refused at once. */
export interface TransferRequest {
  /** Whom to call, as SIP URI. */
  readonly target: string;
  /**
   * Calls the target. The far end is told how that goes on; its own call stays until one of both hangs up. Refuses the
   * wish where that call cannot even be tried.
   */
  accept(listener: CallListener): Result<Call, CallFailure>;
  /** 491: another transfer is under way. */
  refuse(status: 403 | 491): void;
}

/** What a call tells its owner. Nothing is called after `onEnded`. */
export interface CallListener {
  /** The far end rings. `earlyMedia`: it sends sound already, so no ringback tone is needed. May come again. */
  onRinging(earlyMedia: boolean): void;
  /** The call is up: `stream` is settled and the media port has been told. */
  onAnswered(stream: AudioStream): void;
  /** A later offer and answer changed the stream: hold, resume, another address. */
  onUpdated?(stream: AudioStream): void;
  /** A digit came by SIP INFO: one of `0-9 * # A-D`. */
  onDigit(digit: string, how: 'info'): void;
  /** The far end wants the call to go on with somebody else; without anybody to ask it may not. */
  onTransfer?(request: TransferRequest): void;
  /** It is over; comes exactly once. */
  onEnded(end: CallEnd): void;
}

/** Why a call is hung up: the default, or because another of several called parties answered (RFC 3326). */
export type HangUpReason = 'answered-elsewhere';

/** One call. */
export interface Call {
  /** Its Call-ID. */
  readonly id: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly party: Party;
  readonly state: CallState;
  /** Its RTP port, from the time it is open until the call ends. */
  readonly media: MediaPort | undefined;
  /**
   * Whether the far end gets what is sent to its address. Of a caller that has not acknowledged the answer yet, not even the
   * address is certain.
   */
  readonly confirmed: boolean;
  /** Ends it whatever its state: CANCEL, BYE or a refusal. `onEnded` follows. Harmless when it has ended. */
  hangUp(reason?: HangUpReason): void;
}

/** Status codes with which an incoming call may be refused. */
export type RefusalStatus = 403 | 480 | 486 | 603;

/** A call that somebody else places; nothing but 100 Trying has been answered yet. */
export interface IncomingCall extends Call {
  readonly direction: 'incoming';
  readonly caller: Party;
  /** After how many ms the caller asks to be answered without anybody's hand; undefined where it does not ask. */
  readonly answerAfter: number | undefined;
  /**
   * The call of this user agent that it wants to take the place of (Replaces, RFC 3891). Whoever answers the one hangs
   * the other up.
   */
  readonly replaces: Call | undefined;
  /** Called when it ends before `answer`: the caller gave up, or it was refused here. After that the listener is told. */
  onEnded: ((end: CallEnd) => void) | undefined;
  /** Sends 180 Ringing. */
  ring(): void;
  /** Opens the media port and sends 200 OK. */
  answer(listener: CallListener): void;
  /** Sends a final refusal; the call has ended then. */
  refuse(status: RefusalStatus): void;
}
