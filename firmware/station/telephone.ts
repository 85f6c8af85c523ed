import type {Result} from '../base/result.ts';
import type {Call, CallListener, IncomingCall, Party} from '../sip/agent/call.ts';
import type {MailboxListener, MessageSummary} from '../sip/agent/message-summary.ts';
import type {MessageListener} from '../sip/agent/text-message.ts';
import type {TracedMessage} from '../sip/agent/trace.ts';
import type {UnanswerableCall} from '../sip/agent/unanswerable.ts';

/** Why a call cannot even be tried; `bad-target` and `no-domain`: nobody can be called under that name. */
interface PlacementFailure {
  readonly code: 'bad-target' | 'no-domain' | 'too-many-calls' | 'stopped';
  readonly text: string;
}

/** An account of the user agent; times are wall-clock ms since 1970. */
export interface TelephoneAccount {
  readonly name: string;
  readonly registered: boolean;
  /** Why not, in plain words. */
  readonly reason: string;
  /** How often a server was asked to register. */
  readonly attempts: number;
  readonly lastAttempt: number | undefined;
  readonly nextAttempt: number | undefined;
  /** What waits in its mailbox; undefined where its server has not told. */
  readonly messages: MessageSummary | undefined;
}

/** Whether an account is registered, told when that or the reason has changed. */
export type AccountNews = Pick<TelephoneAccount, 'name' | 'registered' | 'reason'>;

/** The part of the SIP user agent that the station uses. */
export interface Telephone {
  readonly accounts: readonly TelephoneAccount[];
  /** Begins a call; the listener is told how it goes on, never before this returns. */
  call(target: string, listener: CallListener): Result<Call, PlacementFailure>;
  onIncoming: ((call: IncomingCall) => void) | undefined;
  onUnanswerable: ((call: UnanswerableCall) => void) | undefined;
  onMessage: MessageListener | undefined;
  onMailbox: MailboxListener | undefined;
  onSubscribe: ((subscriber: Party) => boolean) | undefined;
  onAccountChange: ((account: AccountNews) => void) | undefined;
  onTrace: ((message: TracedMessage) => void) | undefined;
  /** Hangs up everything and unregisters; takes at most two seconds. */
  stop(): Promise<void>;
}
