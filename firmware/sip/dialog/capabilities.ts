import {createResponse} from '../message/create.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';

/** Methods that this user agent understands. */
const methods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO'];
/** Methods of other RFCs: known, but not supported here (405); anything else is 501. */
const otherMethods = ['REGISTER', 'UPDATE', 'PRACK', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'MESSAGE'];

/** Value of the Allow header. */
export const allowedMethods = methods.join(', ');
/** Value of the Accept header of OPTIONS and INVITE: media types that may be a session description. */
export const sessionType = 'application/sdp';
/** Value of the Accept header of INFO. */
export const digitTypes = 'application/dtmf-relay, application/dtmf';

/**
 * The refusal of a request for its method or for an extension that it requires (RFC 3261 sections 8.2.1 and
 * 8.2.2.3); undefined when neither stands in the way.
 */
export function refuseUnsupported(request: SipRequest, tag: string): SipResponse | undefined {
  const {method, headers} = request;
  if (!methods.includes(method)) {
    const response = createResponse(request, otherMethods.includes(method) ? 405 : 501, undefined, tag);
    response.headers.set('Allow', allowedMethods);
    return response;
  }
  const required = headers.list('Require');
  if (required.length === 0 || method === 'ACK' || method === 'CANCEL') return undefined;
  const response = createResponse(request, 420, undefined, tag);
  response.headers.set('Unsupported', required.join(', '));
  return response;
}

/** What a message carries: nothing, a session description, or something that cannot be used. */
export type SessionBody = 'none' | 'session' | 'unsupported';

/** Looks at the type of a body (RFC 3261 section 8.2.3). What is marked as optional counts as absent. */
export function sessionBody({headers, body}: SipRequest | SipResponse): SessionBody {
  if (body.length === 0) return 'none';
  const type = mediaType(headers.get('Content-Type'));
  const encoding = headers.get('Content-Encoding') ?? 'identity';
  if (type === sessionType && encoding.toLowerCase() === 'identity') return 'session';
  const optional = /;\s*handling\s*=\s*optional/i.test(headers.get('Content-Disposition') ?? '');
  return optional ? 'none' : 'unsupported';
}

/** Type and subtype of a Content-Type header in lower case, without parameters. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}
