import {makeLine} from '../message/header-line.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ExtraHeader} from './dialog.ts';

/** Methods that this user agent understands. */
const methods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK', 'REFER', 'NOTIFY'];
/** Methods of other RFCs: known, but not supported here (405); anything else is 501. */
const otherMethods = ['REGISTER', 'PUBLISH'];

/** Extensions that this user agent understands. */
const extensions = ['100rel', 'timer', 'replaces', 'norefersub'];

/** Value of the Supported header. */
export const supportedExtensions = extensions.join(', ');
/** Methods of requests that need no session. */
const services = ['MESSAGE', 'SUBSCRIBE'];

/** Value of the Allow header. */
export const allowedMethods = [...methods, ...services].join(', ');
/** The media type of session descriptions. */
export const sessionType = 'application/sdp';
/** Value of the Accept header of OPTIONS and INVITE: what may be a session description, or hold one (RFC 5621). */
export const sessionTypes = `${sessionType}, multipart/mixed, multipart/alternative`;
/** Value of the Accept header of INFO. */
export const digitTypes = 'application/dtmf-relay, application/dtmf';

/** What this user agent can do, for OPTIONS and 2xx to INVITE (RFC 3261 sections 11.2 and 13.3.1.4). */
export const capabilityHeaders: readonly ExtraHeader[] = [
  makeLine('Allow', allowedMethods),
  makeLine('Accept', sessionTypes),
  makeLine('Accept-Encoding', 'identity'),
  makeLine('Accept-Language', 'en'),
  makeLine('Supported', supportedExtensions),
];

/** A status to refuse a request with, and the headers that say what would be accepted. */
export interface Refused {
  readonly status: number;
  readonly headers: readonly ExtraHeader[];
}

/** The refusal of a request for its method (RFC 3261 section 8.2.1); undefined where that is supported. */
export function refuseMethod({method}: SipRequest): Refused | undefined {
  if (methods.includes(method) || services.includes(method)) return undefined;
  const status = otherMethods.includes(method) ? 405 : 501;
  return {status, headers: [{name: 'Allow', value: allowedMethods}]};
}

/** The refusal of a request for an extension that it requires (section 8.2.2.3). Proxy-Require is for proxies. */
export function refuseExtensions({headers}: SipRequest): Refused | undefined {
  const unsupported = headers.list('Require').filter((name) => !extensions.includes(name.toLowerCase()));
  if (unsupported.length === 0) return undefined;
  return {status: 420, headers: [{name: 'Unsupported', value: unsupported.join(', ')}]};
}

/** Whether the sender of a message takes UPDATE; undefined where it has no Allow header. */
export function allowsUpdate({headers}: SipRequest | SipResponse): boolean | undefined {
  const allowed = headers.list('Allow');
  return allowed.length === 0 ? undefined : allowed.includes('UPDATE');
}

/** The refusal of a body, by its encoding or else its type (section 8.2.3). `types` are those that would do. */
export function refuseBody(request: SipRequest, types: string): Refused {
  const header = isEncoded(request)
    ? {name: 'Accept-Encoding', value: 'identity'}
    : {name: 'Accept', value: types};
  return {status: 415, headers: [header]};
}

/** Type and subtype of a Content-Type header in lower case, without parameters. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

/** Whether a body is compressed or otherwise encoded. */
export function isEncoded({headers}: SipRequest | SipResponse): boolean {
  return !isIdentity(headers.list('Content-Encoding').join());
}

/** Whether a value of Content-Encoding leaves a body as it is. */
export function isIdentity(encoding: string | undefined): boolean {
  return (encoding ?? '').split(',').every((one) => /^\s*(identity)?\s*$/i.test(one));
}
