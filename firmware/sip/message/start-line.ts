import {isOf, SPACE, TOKEN} from './characters.ts';
import type {Draft} from './draft.ts';
import {lineBreak} from './lines.ts';
import {type Reader, wordOf} from './reader.ts';
import {scanUri} from './uri.ts';

const SIP_SLASH = wordOf('sip/');
const SIP_VERSION = wordOf('sip/2.0');

const methods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'UPDATE',
  'PRACK',
  'NOTIFY',
  'SUBSCRIBE',
  'REFER',
  'MESSAGE',
  'PUBLISH',
];

/**
 * Reads the request line or status line at `start` (RFC 3261 sections 7.1 and 7.2): exactly one space between
 * the parts, none at the end. Returns the offset of the next line, or -1 with the problem noted.
 */
export function readStartLine(draft: Draft, start: number): number {
  const {reader} = draft;
  const end = reader.isWord(start, start + 4, SIP_SLASH)
    ? readStatusLine(draft, start)
    : readRequestLine(draft, start);
  if (end < 0) return draft.refuse('bad-start-line', 'start line', 'the start line has no end');
  const next = lineBreak(reader.bytes, end);
  return next < 0
    ? draft.refuse('bad-start-line', 'start line', 'something stands behind the start line')
    : next;
}

function readRequestLine(draft: Draft, start: number): number {
  const {reader} = draft;
  const methodEnd = reader.run(start, TOKEN);
  if (methodEnd < 0 || reader.bytes[methodEnd] !== SPACE) {
    return draft.refuse('bad-start-line', 'start line', 'not a request line');
  }
  draft.methodStart = start;
  draft.methodEnd = methodEnd;
  draft.method = methodAt(reader, start, methodEnd);
  const uri = scanUri(reader, methodEnd + 1, false);
  if (!uri || reader.bytes[uri.end] !== SPACE) {
    return draft.refuse('bad-uri', 'start line', 'the Request-URI is malformed');
  }
  // RFC 3261 section 19.1.1: no headers in a Request-URI.
  if (uri.sip && uri.end > uri.parametersEnd) {
    return draft.refuse('bad-uri', 'start line', 'the Request-URI has headers');
  }
  draft.uri = uri;
  const version = uri.end + 1;
  if (reader.isWord(version, version + 7, SIP_VERSION)) return version + 7;
  return refuseVersion(draft, version);
}

function readStatusLine(draft: Draft, start: number): number {
  const {reader} = draft;
  draft.response = true;
  if (!reader.isWord(start, start + 7, SIP_VERSION)) return refuseVersion(draft, start);
  const code = start + 8;
  const codeEnd = reader.bytes[start + 7] === SPACE ? reader.number(code, 699) : -1;
  if (codeEnd !== code + 3 || reader.value < 100) {
    return draft.refuse('bad-start-line', 'start line', 'not a status code of three digits');
  }
  draft.status = reader.value;
  let index = codeEnd;
  // The space before an empty reason phrase is often forgotten.
  if (reader.bytes[index] === SPACE) index++;
  draft.reasonStart = index;
  draft.reasonEnd = reader.lineEnd(index);
  return draft.reasonEnd;
}

/** RFC 3261 section 21.5.6, where this is SIP of another version at all. */
function refuseVersion(draft: Draft, start: number): number {
  const {reader} = draft;
  let index = start + 4;
  while (isOf(reader.bytes[index], TOKEN)) index++;
  const other =
    reader.isWord(start, start + 4, SIP_SLASH) && index > start + 4 && lineBreak(reader.bytes, index) >= 0;
  return other
    ? draft.refuse('bad-version', 'start line', 'not SIP/2.0', 505)
    : draft.refuse('bad-start-line', 'start line', 'the request line does not end in SIP/2.0');
}

/** The method as a string; a known one costs no decoding. */
function methodAt(reader: Reader, start: number, end: number): string {
  for (const method of methods) {
    if (method.length === end - start && isExactly(reader, start, method)) return method;
  }
  return reader.bytes.toString('latin1', start, end);
}

function isExactly(reader: Reader, start: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if (reader.bytes[start + index] !== word.charCodeAt(index)) return false;
  }
  return true;
}
