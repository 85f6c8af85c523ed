import type {SipMessage, SipRequest} from '../message/message.ts';

/** RFC 3261 section 8.1.1.7: a branch that starts so is unique by itself. */
export const magicCookie = 'z9hG4bK';
/*
 * Keys are joined, which makes one string of them: what is only concatenated keeps its parts, and with them the whole
 * datagram that they are slices of, as long as the key is kept.
 */

/** What a response must share with the request it answers (RFC 3261 section 17.1.3): the branch and CSeq method. */
export function clientKey(message: SipMessage): string {
  return [message.via.branch, message.cseq.method].join(' ');
}

/**
 * What a request must share with the one that made a server transaction (RFC 3261 section 17.2.3), as if
 * its method were `method`: an ACK looks for an INVITE, and so does a CANCEL.
 */
export function serverKey(request: SipRequest, method: string): string {
  const {via} = request;
  if (via.branch?.startsWith(magicCookie)) {
    return [via.branch, via.host.toLowerCase(), via.port ?? 5060, method].join(' ');
  }
  // A client of RFC 2543. The To tag is left out: the ACK has one that the INVITE had not.
  const {requestUri, from, callId, cseq} = request;
  const hop = [via.host, via.port ?? 5060, via.branch];
  return [requestUri, from.tag, callId, cseq.number, ...hop, method].join(' ');
}
