import type {DialogTable, DialogUser} from '../dialog/dialog-table.ts';
import {findReplaced} from '../dialog/replaces.ts';
import type {SipRequest} from '../message/message.ts';
import type {Call} from './call.ts';

/** A call that knows which dialogs are its own. */
interface Leg extends Call {
  holds(user: DialogUser): boolean;
}

/** How an INVITE is refused that cannot replace what it names. */
export interface ReplacementRefusal {
  readonly status: 400 | 481 | 486 | 603;
  readonly text: string;
}

/**
 * The call that an INVITE wants to take the place of (RFC 3891 section 3), or how it has to be refused; undefined where
 * it is a call of its own. Whether its sender may is for others to say.
 */
export function replacedCall<OneLeg extends Leg>(
  request: SipRequest,
  dialogs: DialogTable,
  legs: Iterable<OneLeg>,
): OneLeg | ReplacementRefusal | undefined {
  const found = findReplaced(request, dialogs);
  if (!found || 'status' in found) return found;
  const call = [...legs].find((leg) => leg.holds(found.dialog));
  if (call?.state === 'ended') return {status: 603, text: 'that call is over'};
  if (call?.state === 'talking') {
    return found.earlyOnly ? {status: 486, text: 'that call is answered already'} : call;
  }
  // A call that rings here is for its own caller to move elsewhere.
  return call?.direction === 'outgoing' ? call : {status: 481, text: 'there is no such call to replace'};
}
