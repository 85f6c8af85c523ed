import type {Clock} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {Flow} from '../transport/transport.ts';
import type {TimerValues} from './timers.ts';

/** Whoever sent a request, and is told what becomes of it. */
export interface TransactionUser {
  /** Each response that is news: every 1xx, one final one, and for INVITE each 2xx as often as it arrives. */
  onResponse(response: SipResponse): void;
  /**
   * There will be no final response (RFC 3261 section 8.1.3.1: to be treated as 408 and 503): none came
   * within 64*T1, or the request could not be sent. `text` says so in plain words.
   */
  onFailure(why: 'timeout' | 'transport', text: string): void;
}

/** A request of ours and its responses (RFC 3261 section 17.1). */
export interface ClientTransaction {
  /** The request as it was sent, with its Via. */
  readonly request: SipRequest;
  readonly state: ClientState;
  /**
   * Asks the other side to give up on an INVITE (RFC 3261 section 9.1). The CANCEL is held back until the first
   * provisional response. The user still gets a final response, most often 487; a 200 that crosses the
   * CANCEL; or a failure when nothing has come 64*T1 after it. Nothing happens to other requests or when
   * a final response has come. `reason` is the value of a Reason header (RFC 3326).
   */
  cancel(reason?: string): void;
  /** Ends it without another word: nothing more is sent, and the user is told nothing. Not for an INVITE, see `cancel`. */
  terminate(): void;
}

/** A request of the other side and our responses (RFC 3261 section 17.2). */
export interface ServerTransaction {
  readonly request: SipRequest;
  /** Where the request came from. */
  readonly source: Flow;
  readonly state: ServerState;
  /** The same request is in another transaction already, which came by another way (RFC 3261 section 8.2.2.2). */
  readonly merged: boolean;
  /**
   * To tag of the responses to an INVITE, known from the first that has one; whoever knows it before may set it, so that the
   * answer to a CANCEL carries it in any case (RFC 3261 section 9.2).
   */
  set toTag(tag: string);
  /**
   * Sends a response, repeats it as the RFC demands, and ends the transaction in time. In the accepted
   * state of an INVITE the user itself repeats the 2xx by calling this again (RFC 6026 section 7.1). What the state does
   * not allow any more is dropped.
   */
  respond(response: SipResponse): void;
  /** Called once with the CANCEL of an INVITE that has no final response; the CANCEL has been answered. */
  onCancel: ((cancel: SipRequest) => void) | undefined;
  /**
   * Called when no ACK came for a final response other than 2xx, which ends the transaction; or when a
   * response could not be sent, which does not.
   */
  onFailure: ((why: 'timeout' | 'transport', text: string) => void) | undefined;
}

/** The states of figures 5 and 6 of RFC 3261, and of RFC 6026. `calling` is INVITE's `trying`. */
export type ClientState = 'calling' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

/** The states of figures 7 and 8 of RFC 3261, and of RFC 6026. */
export type ServerState = 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** What a transaction needs of the world, given by the layer that owns it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timers: TimerValues;
  /** True where the transport repeats what is lost, so that the transaction need not. */
  readonly reliable: boolean;
  /** Puts bytes on the wire, to where this transaction's messages go. */
  send(bytes: Uint8Array): void;
  /** The transaction has ended and may be forgotten. */
  onTerminated(): void;
}
