import type {SipMessage, SipRequest} from '../message/message.ts';

/** RFC 3261 section 8.1.1.7: a branch that starts so is unique by itself. */
export const magicCookie = 'z9hG4bK';

/** What a response must share with the request it answers (RFC 3261 section 17.1.3): the branch and CSeq method. */
export function clientKey(message: SipMessage): string {
  return `${message.via.branch} ${message.cseq.method}`;
}

/**
 * What a request must share with the one that made a server transaction (RFC 3261 section 17.2.3), as if
 * its method were `method`: an ACK looks for an INVITE, and so does a CANCEL.
 */
export function serverKey(request: SipRequest, method: string): string {
  const {via} = request;
  if (via.branch?.startsWith(magicCookie)) {
    return `${via.branch} ${via.host.toLowerCase()} ${via.port ?? 5060} ${method}`;
  }
  // A client of RFC 2543. The To tag is left out: the ACK has one that the INVITE had not.
  const {number} = request.cseq;
  const hop = `${via.host} ${via.port ?? 5060} ${via.branch ?? ''}`;
  return `${request.requestUri} ${request.from.tag ?? ''} ${request.callId} ${number} ${hop} ${method}`;
}
