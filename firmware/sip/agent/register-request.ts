import {createRequest} from '../message/create.ts';
import type {SipRequest} from '../message/message.ts';
import {formatHost, type SipUri} from '../message/uri.ts';

/** What changes from one REGISTER to another, and between registrations. */
interface RegisterFields {
  /** Value of the Contact header. */
  readonly contact: string;
  /** Seconds asked for; 0 to leave. */
  readonly expires: number;
  readonly fromTag: string;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgentName: string;
  /** Extensions of the Supported header. */
  readonly supported: readonly string[];
}

/** A REGISTER for an address of record (RFC 3261 section 10.2). */
export function registerRequest(
  {scheme, user, host, port}: SipUri,
  {contact, expires, fromTag, callId, cseq, userAgentName, supported}: RegisterFields,
): SipRequest {
  const domain = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const addressOfRecord = user === undefined ? `<${scheme}:${domain}>` : `<${scheme}:${user}@${domain}>`;
  return createRequest({
    method: 'REGISTER',
    // The domain alone: servers refuse a user part here.
    requestUri: `${scheme}:${domain}`,
    from: `${addressOfRecord};tag=${fromTag}`,
    to: addressOfRecord,
    callId,
    cseq,
    contact,
    headers: [
      ['Expires', String(expires)],
      ['Supported', supported.join(', ')],
      ['User-Agent', userAgentName],
    ],
  });
}
