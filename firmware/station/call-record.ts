import type {RtpFigures} from './status.ts';

/**
 * How a call came out. `answered`: somebody talked. `interrupted`: the station lost power or was killed while
 * it was going on.
 */
export type CallResult =
  | 'answered'
  | 'refused'
  | 'busy'
  | 'no-answer'
  | 'unreachable'
  | 'not-found'
  | 'failed'
  | 'cancelled'
  | 'interrupted';

/** How one target of a call came out, in plain words. */
export interface LegRecord {
  target: string;
  result: CallResult | 'answered-elsewhere';
  text: string;
}

/** One call of the call log: what `GET /api/calls` lists. */
export interface CallRecord {
  /** Counts up over the life of the station. */
  id: number;
  /** When it began, ISO 8601 in UTC. */
  at: string;
  direction: 'outgoing' | 'incoming';
  /** The button that was pressed; null for incoming and dialled calls. */
  button: string | null;
  /** Who was talked to; before that, whom it was meant for or who called. */
  peer: string;
  /** Name of who called, where it may be believed. */
  peerName?: string;
  /** Null while the call goes on. */
  result: CallResult | null;
  /** The result in plain words, with what each target said; empty while the call goes on. */
  text: string;
  legs: LegRecord[];
  /** From the start until it was answered or ended; seconds. */
  ringSeconds: number;
  /** Seconds of talking. */
  talkSeconds: number;
  /**
   * From the press of the button, as debounced, to the first INVITE handed to the network; null where no
   * button was pressed.
   */
  pressToInviteMs: number | null;
  codec: string | null;
  rtp: RtpFigures;
  /** How many keys of the other side were heard (which ones is secret: they may be a code). */
  keysHeard: number;
}

/** One SIP message of a call, secrets masked. */
export interface LadderMessage {
  /** ISO 8601 in UTC. */
  at: string;
  direction: 'in' | 'out';
  /** "address:port", IPv6 in brackets. */
  from: string;
  to: string;
  /** The whole message as text, cut at 64 KiB. */
  message: string;
}
