import {COMMA, CR, isSpace, LF, STAR, TOKEN, VISIBLE} from './characters.ts';
import type {Draft} from './draft.ts';
import {
  CALL_ID,
  CONTACT,
  CONTENT_LENGTH,
  CSEQ,
  DATE,
  EXPIRES,
  FROM,
  MAX_FORWARDS,
  NUMBERED_NAMES,
  TO,
  VIA,
} from './header-names.ts';
import type {ParseLimits} from './limits.ts';
import {methodAt} from './methods.ts';
import {scanNameAddress} from './name-address.ts';
import {wordOf} from './reader.ts';
import {scanVia} from './via.ts';

const GMT = wordOf('gmt');
/** RFC 3261 section 8.1.1.5. */
const maximumCSeq = 2 ** 31 - 1;
/** RFC 3261 section 20.19. */
const maximumSeconds = 2 ** 32 - 1;

/**
 * Checks the value at `start` of the header with this number and notes in the draft where its parts are.
 * Returns the offset of the line's end, or -1 with the problem noted.
 */
export function readValue(draft: Draft, number: number, start: number, limits: ParseLimits): number {
  switch (number) {
    case VIA:
      return readVias(draft, start, limits);
    case FROM:
    case TO:
      return readParty(draft, number, start);
    case CALL_ID:
      return readCallId(draft, start);
    case CSEQ:
      return readCSeq(draft, start);
    case CONTACT:
      return readContacts(draft, start);
    case CONTENT_LENGTH:
      return readContentLength(draft, start);
    case MAX_FORWARDS:
      if (draft.maxForwards) return duplicate(draft, number);
      draft.maxForwards = true;
      return readNumber(draft, number, start, 255);
    case EXPIRES:
      return readNumber(draft, number, start, maximumSeconds);
    case DATE:
      return readDate(draft, start);
    default:
      return plainLineEnd(draft, start);
  }
}

function readVias(draft: Draft, start: number, limits: ParseLimits): number {
  const {reader} = draft;
  let index = start;
  for (;;) {
    const via = scanVia(reader, index);
    if (!via) return malformed(draft, VIA);
    draft.via ??= via;
    draft.vias++;
    if (draft.vias > limits.vias)
      return draft.refuse('too-large', 'Via', `more than ${limits.vias} values`, 513);
    index = reader.position;
    if (reader.bytes[index] !== COMMA) return index;
    index = reader.skipSpace(index + 1);
  }
}

function readParty(draft: Draft, number: number, start: number): number {
  if ((number === FROM ? draft.from : draft.to) !== undefined) return duplicate(draft, number);
  const party = scanNameAddress(draft.reader, start);
  if (!party) return malformed(draft, number);
  if (number === FROM) draft.from = party;
  else draft.to = party;
  return draft.reader.position;
}

function readCallId(draft: Draft, start: number): number {
  const {reader} = draft;
  if (draft.callId !== '') return duplicate(draft, CALL_ID);
  const end = reader.run(start, VISIBLE);
  if (end < 0) return malformed(draft, CALL_ID);
  draft.callId = reader.text(start, end);
  return reader.bytes[end] === CR ? end : reader.skipSpace(end);
}

function readCSeq(draft: Draft, start: number): number {
  const {reader} = draft;
  const {bytes} = reader;
  if (draft.cseq) return duplicate(draft, CSEQ);
  const end = reader.number(start, maximumCSeq);
  if (end < 0 || !isSpace(bytes[end]!)) return malformed(draft, CSEQ);
  const number = reader.value;
  const methodStart = reader.skipSpace(end);
  const methodEnd = reader.run(methodStart, TOKEN);
  if (methodEnd < 0) return malformed(draft, CSEQ);
  const method = methodAt(reader, methodStart, methodEnd);
  // RFC 3261 section 8.1.1.5: the method is the request's own.
  if (!draft.response && method !== draft.method) {
    return draft.refuse('method-mismatch', 'CSeq', 'the method is not that of the request');
  }
  draft.cseq = {number, method};
  return bytes[methodEnd] === CR ? methodEnd : reader.skipSpace(methodEnd);
}

/** A response is not lost for a Contact that nobody can read: a registrar lists those of others, too. */
function readContacts(draft: Draft, start: number): number {
  const {reader} = draft;
  let index = start;
  if (reader.bytes[start] === STAR) {
    index = reader.skipSpace(start + 1);
    if (reader.bytes[index] === CR || reader.bytes[index] === LF) return index;
  }
  for (;;) {
    const contact = scanNameAddress(reader, index);
    if (!contact) return draft.response ? plainLineEnd(draft, start) : malformed(draft, CONTACT);
    draft.contact ??= contact;
    index = reader.position;
    if (reader.bytes[index] !== COMMA) break;
    index = reader.skipSpace(index + 1);
  }
  return draft.response ? plainLineEnd(draft, index) : index;
}

function readContentLength(draft: Draft, start: number): number {
  const end = draft.reader.number(start, maximumSeconds);
  if (end < 0) return malformed(draft, CONTENT_LENGTH);
  if (draft.contentLength >= 0 && draft.contentLength !== draft.reader.value) {
    return draft.refuse('duplicate-header', 'Content-Length', 'told twice, with different values');
  }
  draft.contentLength = draft.reader.value;
  return draft.reader.bytes[end] === CR ? end : draft.reader.skipSpace(end);
}

/** A number in a request; in a response it is advice that may be overlooked. */
function readNumber(draft: Draft, number: number, start: number, most: number): number {
  if (draft.response) return plainLineEnd(draft, start);
  const end = draft.reader.number(start, most);
  if (end < 0) return malformed(draft, number);
  return draft.reader.bytes[end] === CR ? end : draft.reader.skipSpace(end);
}

/** RFC 3261 section 20.17: the time zone is GMT. Of the rest of a Date nothing here depends. */
function readDate(draft: Draft, start: number): number {
  const {reader} = draft;
  const end = plainLineEnd(draft, start);
  if (draft.response || end < 0) return end;
  let last = end;
  while (last > start && isSpace(reader.bytes[last - 1]!)) last--;
  return reader.isWord(last - 3, last, GMT) ? end : malformed(draft, DATE);
}

/** The end of a line whose value is not looked at, but that may be passed on as it is: without a CR of its own. */
function plainLineEnd(draft: Draft, start: number): number {
  const {reader} = draft;
  const end = reader.lineEnd(start);
  const strayCr = reader.octets.indexOf('\r', start);
  return reader.regular && strayCr >= 0 && strayCr < end ? -1 : end;
}

function malformed(draft: Draft, number: number): -1 {
  const name = NUMBERED_NAMES[number]!;
  return draft.refuse('bad-header', name, `${name} is malformed`);
}

function duplicate(draft: Draft, number: number): -1 {
  const name = NUMBERED_NAMES[number]!;
  return draft.refuse('duplicate-header', name, `${name} stands more than once`);
}
