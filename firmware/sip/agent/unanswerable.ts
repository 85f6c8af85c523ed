import type {Refusal} from '../dialog/negotiation.ts';
import type {SipRequest} from '../message/message.ts';
import type {Party} from './call.ts';

/** A call that was refused before anybody was asked, for want of a common way of sending sound. */
export interface UnanswerableCall {
  readonly caller: Party;
  /** Its Call-ID. */
  readonly id: string;
  /** In plain words. */
  readonly text: string;
  /** Whether encryption is what was in the way: the caller wants it and it is off here, or it is required here. */
  readonly encryption: 'off' | 'required' | undefined;
}

/** What to tell of an INVITE whose offer was refused. */
export function unanswerable(
  {callId: id}: SipRequest,
  caller: Party,
  {code, text}: Refusal,
): UnanswerableCall {
  const encryption = code === 'encryption-off' ? 'off' : code === 'unencrypted' ? 'required' : undefined;
  return {caller, id, text, encryption};
}
