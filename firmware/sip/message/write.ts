import type {SipMessage} from './message.ts';
import {octetsOf} from './octets.ts';

/**
 * The message as bytes for the wire, in a buffer of its own. Content-Length is always the body's; it stands
 * last. Throws where method, Request-URI or reason would break the start line.
 */
export function writeMessage(message: SipMessage): Uint8Array {
  const {body} = message;
  const head = `${startLine(message)}\r\n${message.headers.toOctets('content-length')}Content-Length: ${body.length}\r\n\r\n`;
  if (body.length === 0) return Buffer.from(head, 'latin1');
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 'latin1');
  bytes.set(body, head.length);
  return bytes;
}

function startLine(message: SipMessage): string {
  const line =
    message.kind === 'request'
      ? `${message.method} ${octetsOf(message.requestUri)} SIP/2.0`
      : `SIP/2.0 ${message.status} ${octetsOf(message.reason)}`;
  if (line.includes('\r') || line.includes('\n')) throw new Error('line break in the start line');
  return line;
}
