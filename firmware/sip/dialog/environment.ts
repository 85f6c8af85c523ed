import type {Clock} from '../../base/clock.ts';
import type {RandomBytes} from '../../base/random.ts';
import type {Result} from '../../base/result.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {TimerValues} from '../transaction/timers.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import type {Destination, SocketAddress} from '../transport/transport.ts';
import type {ExtraHeader} from './dialog.ts';
import type {DialogTable} from './dialog-table.ts';

/** Where a request goes, and where else it may go if nobody serves it there (RFC 3263 section 4.3). */
export interface NextHop extends Destination {
  /** In their order. */
  readonly others?: readonly Destination[];
  /** How long (ms) any response is waited for where there are others. */
  readonly patience?: number;
}

/** What all sessions of a user agent share. */
export interface DialogEnvironment {
  readonly transactions: TransactionLayer;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly timers: TimerValues;
  readonly dialogs: DialogTable;
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  /** Finds where requests to `uri` go (RFC 3263). Calls `found` at once where `uri` holds an address. */
  locate(uri: string, found: (hop: Result<NextHop, string>) => void): void;
}

/** This side of one call. */
export interface LocalEnd {
  /** Value of the Contact header. */
  readonly contact: string;
  /** The socket that the call runs over, where there are several. */
  readonly socket: SocketAddress | undefined;
  /** The headers that answer the challenge of a 401 or 407; undefined where it cannot or should not be answered. */
  authenticate(request: SipRequest, response: SipResponse): readonly ExtraHeader[] | undefined;
}

/** The destination, reached from the socket that the call runs over. */
export function fromSocket(destination: Destination, {socket}: LocalEnd): Destination {
  return socket ? {...destination, from: socket} : destination;
}
