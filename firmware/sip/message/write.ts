import type {SipMessage} from './message.ts';
import {octetsOf, putOctets} from './octets.ts';

/**
 * The message as bytes for the wire, in a buffer of its own. Content-Length is always the body's; it stands
 * last. Throws where method, Request-URI or reason would break the start line.
 */
export function writeMessage(message: SipMessage): Uint8Array {
  const {body} = message;
  const headers = message.headers.toOctets('content-length');
  const head = `${startLine(message)}${headers}Content-Length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  putOctets(bytes, head);
  if (body.length > 0) bytes.set(body, head.length);
  return bytes;
}

function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${octetsOf(message.method)} ${octetsOf(message.requestUri)} SIP/2.0\r\n`
    : `SIP/2.0 ${message.status} ${octetsOf(message.reason)}\r\n`;
}
