import {createRequest} from '../message/create.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';

/** The ACK to a final response other than 2xx, which belongs to the INVITE's transaction (RFC 3261 section 17.1.1.3). */
export function acknowledge(invite: SipRequest, response: SipResponse): SipRequest {
  return derive(invite, 'ACK', response.headers.get('To') ?? '', []);
}

/** The CANCEL of an INVITE (RFC 3261 section 9.1). `reason` is the value of a Reason header (RFC 3326). */
export function cancellation(invite: SipRequest, reason: string | undefined): SipRequest {
  return derive(
    invite,
    'CANCEL',
    invite.headers.get('To') ?? '',
    reason === undefined ? [] : [['Reason', reason]],
  );
}

/** A request for the same hop and with the same branch and number as the INVITE. */
function derive(
  invite: SipRequest,
  method: string,
  to: string,
  headers: readonly (readonly [string, string])[],
): SipRequest {
  return createRequest({
    method,
    requestUri: invite.requestUri,
    via: invite.via,
    from: invite.headers.get('From') ?? '',
    to,
    callId: invite.callId,
    cseq: invite.cseq.number,
    routes: invite.headers.list('Route'),
    headers,
  });
}
