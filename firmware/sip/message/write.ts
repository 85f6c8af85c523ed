import type {SipMessage} from './message.ts';
import {octetsOf, putOctets} from './octets.ts';
import {reasonPhrase} from './reason-phrases.ts';

/**
 * The message as bytes for the wire, in a buffer of its own. Content-Length is always the body's; it stands
 * last. Throws where method, Request-URI or reason would break the start line.
 */
export function writeMessage(message: SipMessage): Uint8Array {
  const {body} = message;
  const head = startLine(message) + message.headers.toOctets('content-length') + contentLength(body.length);
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  putOctets(bytes, head);
  if (body.length > 0) bytes.set(body, head.length);
  return bytes;
}

function contentLength(length: number): string {
  return length === 0 ? 'Content-Length: 0\r\n\r\n' : `Content-Length: ${length}\r\n\r\n`;
}

/** Status lines that have been written with the usual reason phrase; there are no more than there are phrases. */
const statusLines = new Map<number, string>();

function startLine(message: SipMessage): string {
  if (message.kind === 'request') {
    return `${octetsOf(message.method)} ${octetsOf(message.requestUri)} SIP/2.0\r\n`;
  }
  const {status, reason} = message;
  if (reason !== reasonPhrase(status)) return statusLine(status, reason);
  let line = statusLines.get(status);
  if (line === undefined) {
    line = statusLine(status, reason);
    statusLines.set(status, line);
  }
  return line;
}

function statusLine(status: number, reason: string): string {
  return `SIP/2.0 ${status} ${octetsOf(reason)}\r\n`;
}
