import {isOf, SPACE, TOKEN} from './characters.ts';
import type {Draft} from './draft.ts';
import {lineBreak} from './lines.ts';
import {methodAt} from './methods.ts';
import {unfold} from './octets.ts';
import {wordOf} from './reader.ts';
import {scanUri} from './uri.ts';

const SIP_SLASH = wordOf('sip/');
const SIP_VERSION = wordOf('sip/2.0');

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
  draft.method = methodAt(reader, start, methodEnd);
  const uri = scanUri(reader, methodEnd + 1, false);
  const uriEnd = reader.position;
  if (!uri || reader.bytes[uriEnd] !== SPACE) {
    return draft.refuse('bad-uri', 'start line', 'the Request-URI is malformed');
  }
  // RFC 3261 section 19.1.1: no headers in a Request-URI.
  if (uri.host !== undefined && uri.headers !== '') {
    return draft.refuse('bad-uri', 'start line', 'the Request-URI has headers');
  }
  draft.uri = uri;
  draft.requestUri = reader.text(methodEnd + 1, uriEnd);
  const version = uriEnd + 1;
  return reader.isWord(version, version + 7, SIP_VERSION) ? version + 7 : refuseVersion(draft, version);
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
  const end = reader.lineEnd(index);
  draft.reason = unfold(reader.text(index, end));
  return end;
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
