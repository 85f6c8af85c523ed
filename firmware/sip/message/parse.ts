import {failure, type Result, success} from '../../base/result.ts';
import {COLON, CR, LF, SPACE, TAB, TOKEN} from './characters.ts';
import {Draft} from './draft.ts';
import {markOf, nameEndOf} from './header-line.ts';
import {GAP, identifyHeader, OTHER} from './header-names.ts';
import {readValue} from './header-values.ts';
import {Headers} from './headers.ts';
import {defaultLimits, type ParseLimits} from './limits.ts';
import {lineBreak} from './lines.ts';
import {type SipMessage, SipRequest, SipResponse} from './message.ts';
import type {ParseFailure} from './parse-failure.ts';
import {Reader} from './reader.ts';
import {readForAnswer} from './refusal.ts';
import {readStartLine} from './start-line.ts';

/**
 * Reads one datagram as a SIP message, in one pass over its bytes. Checked here: the start line, the grammar
 * of Via, From, To, Call-ID, CSeq, Contact, Max-Forwards, Expires, Date and Content-Length, that those which
 * must be there are there once, and the limits. The message is a view on `bytes`, which must not change
 * afterwards. Body: as long as Content-Length says, what follows is ignored; without it, all the rest (RFC 3261
 * section 18.3).
 */
export function parseMessage(
  bytes: Uint8Array,
  limits: ParseLimits = defaultLimits,
): Result<SipMessage, ParseFailure> {
  const draft = new Draft(new Reader(bytes, Math.min(bytes.length, limits.headerBytes)));
  if (bytes.length > limits.datagram) {
    draft.refuse('too-large', 'body', `more than ${limits.datagram} bytes`, 513);
    return refused(draft, limits);
  }
  // RFC 3261 section 7.5: line breaks before the start line are ignored.
  let index = 0;
  while (index < bytes.length && (bytes[index] === CR || bytes[index] === LF)) index++;
  index = readStartLine(draft, index);
  if (index > limits.line) index = draft.refuse('too-large', 'start line', 'the start line is too long', 414);
  if (index >= 0) index = readHeaders(draft, index, limits);
  if (index < 0) return refused(draft, limits);
  const missing = missingHeader(draft);
  if (missing !== undefined) {
    draft.refuse('missing-header', missing, `there is no ${missing}`);
    return refused(draft, limits);
  }
  if (draft.contentLength > bytes.length - index) {
    draft.refuse('bad-content-length', 'Content-Length', 'Content-Length is larger than the datagram');
    return refused(draft, limits);
  }
  return success(finish(draft, index));
}

/** Reads the header lines from `start` to the empty line; returns where the body starts. */
function readHeaders(draft: Draft, start: number, limits: ParseLimits): number {
  const {reader, marks} = draft;
  const {bytes} = reader;
  const {line, headerBytes, headerLines} = limits;
  let index = start;
  for (;;) {
    const code = bytes[index];
    if (code === CR || code === LF) {
      const body = lineBreak(bytes, index);
      marks.push(markOf(GAP, index));
      return body < 0 ? draft.refuse('bad-header', 'headers', 'a bare CR ends no line') : body;
    }
    const number = identifyHeader(reader, index);
    let valueStart = number === OTHER ? readName(draft, index) : reader.nameEnd;
    if (valueStart < 0) return -1;
    while (bytes[valueStart] === SPACE || bytes[valueStart] === TAB) valueStart++;
    if (bytes[valueStart] !== COLON) return draft.refuse('bad-header', 'headers', 'a line has no colon');
    valueStart++;
    if (bytes[valueStart] === SPACE) valueStart++;
    if (bytes[valueStart]! <= SPACE) valueStart = reader.skipSpace(valueStart);
    const end = number === OTHER ? reader.lineEnd(valueStart) : readValue(draft, number, valueStart, limits);
    let next = end + 2;
    if (end < 0 || bytes[end] !== CR || bytes[end + 1] !== LF) {
      next = end < 0 ? -1 : lineBreak(bytes, end);
      if (next < 0) return refuseLine(draft, index, end);
      reader.setIrregular();
    }
    if (next - index > line || next > headerBytes || marks.length >= headerLines) {
      return draft.refuse('too-large', 'headers', 'the headers are too long', 513);
    }
    marks.push(markOf(number, index));
    index = next;
  }
}

/** Past a name that has no number. */
function readName(draft: Draft, start: number): number {
  const {reader} = draft;
  if (start >= reader.bytes.length) {
    return draft.refuse('truncated', 'headers', 'no empty line ends the headers');
  }
  const end = reader.run(start, TOKEN);
  return end < 0 ? draft.refuse('bad-header', 'headers', 'a line does not start with a header name') : end;
}

/** A value that no line break follows: cut off by the limit or the end, or followed by what does not belong there. */
function refuseLine(draft: Draft, start: number, end: number): -1 {
  const {bytes, octets} = draft.reader;
  const name = octets.slice(start, nameEndOf(draft.reader, start));
  if (end < 0 && octets.length < bytes.length && octets.indexOf('\n', start) < 0) {
    return draft.refuse('too-large', name, 'the headers are too long', 513);
  }
  return end < 0 || end >= bytes.length
    ? draft.refuse('truncated', name, 'the message ends within a header, or a CR stands alone')
    : draft.refuse('bad-header', name, `${name} is followed by something else`);
}

function missingHeader(draft: Draft): string | undefined {
  if (!draft.via) return 'Via';
  if (!draft.from) return 'From';
  if (!draft.to) return 'To';
  if (draft.callId === '') return 'Call-ID';
  return draft.cseq ? undefined : 'CSeq';
}

function finish(draft: Draft, bodyStart: number): SipMessage {
  const {bytes} = draft.reader;
  const bodyEnd = draft.contentLength < 0 ? bytes.length : bodyStart + draft.contentLength;
  const body = bodyEnd > bodyStart ? bytes.subarray(bodyStart, bodyEnd) : undefined;
  const headers = new Headers(draft.reader, draft.marks);
  return draft.response
    ? new SipResponse(draft.status, draft.reason, headers, body, draft)
    : new SipRequest(draft.method, draft.requestUri, headers, body, draft);
}

function refused(draft: Draft, limits: ParseLimits): {ok: false; error: ParseFailure} {
  const {code, place, text, status} = draft.problem!;
  const request = draft.response ? undefined : readForAnswer(draft.reader.bytes, limits);
  return failure({code, place, text, status: request ? status : undefined, request});
}
