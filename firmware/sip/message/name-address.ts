import {failure, type Result, success} from '../../base/result.ts';
import {
  COLON,
  consistsOf,
  DISPLAY,
  GREATER,
  LESS,
  PARAMETER_VALUE,
  QUOTE,
  SEMICOLON,
  SPACE,
  TOKEN,
} from './characters.ts';
import {formatParameters, Parameters} from './parameters.ts';
import {quote} from './quoted-string.ts';
import {Reader, wordOf} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {formatUri, scanUri, type Uri} from './uri.ts';

const TAG = wordOf('tag');
const TAG_PARAMETER = wordOf(';tag=');

/** The value of From, To, Contact, Route and their like: `"name" <uri>;parameters` (RFC 3261 section 20.10). */
export interface NameAddress {
  /** Without quotes; empty where there is none. */
  displayName: string;
  uri: Uri;
  /** The header's parameters, those behind the brackets; `tag` is one of them. */
  parameters: Parameters;
  /** The `tag` parameter, once more; where it is defined `formatNameAddress` prefers it. */
  tag: string | undefined;
}

/**
 * Reads the name-addr or addr-spec at `start` with its parameters; its end is left in the reader's `position`.
 * Undefined where it is malformed: an open quote, spaces within the brackets, a comma in a bare name,
 * an addr-spec that needed brackets.
 */
export function scanNameAddress(reader: Reader, start: number): NameAddress | undefined {
  const {bytes} = reader;
  let index = start;
  let displayName = '';
  if (bytes[start] === QUOTE) {
    const nameEnd = reader.quotedString(start);
    if (nameEnd < 0) return undefined;
    displayName = reader.unquoted(start, nameEnd);
    index = bytes[nameEnd] === LESS ? nameEnd : reader.skipSpace(nameEnd);
    if (bytes[index] !== LESS) return undefined;
  } else if (bytes[start] !== LESS) {
    const nameEnd = scanDisplayName(reader, start);
    if (nameEnd < 0) return undefined;
    if (nameEnd > start) {
      displayName = reader.text(start, nameEnd);
      index = reader.skipSpace(nameEnd);
    }
  }
  const bracketed = bytes[index] === LESS;
  const uri = scanUri(reader, bracketed ? index + 1 : index, !bracketed);
  if (!uri) return undefined;
  index = reader.position;
  if (bracketed) {
    if (bytes[index] !== GREATER) return undefined;
    index++;
  }
  if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  const parametersStart = index;
  let tag: string | undefined;
  // As almost everybody writes it: the tag first, without white space.
  if (reader.isWord(index, index + TAG_PARAMETER.length, TAG_PARAMETER)) {
    const end = reader.run(index + TAG_PARAMETER.length, PARAMETER_VALUE);
    if (end > 0) {
      tag = reader.text(index + TAG_PARAMETER.length, end);
      index = bytes[end]! > SPACE ? end : reader.skipSpace(end);
    }
  }
  while (bytes[index] === SEMICOLON) {
    index = reader.parameter(index);
    if (index < 0) return undefined;
    if (tag === undefined && reader.isWord(reader.nameStart, reader.nameEnd, TAG)) {
      if (reader.valueStart < 0) return undefined;
      tag = reader.unquoted(reader.valueStart, reader.valueEnd);
    }
  }
  reader.position = index;
  const parameters = new Parameters(undefined, reader, parametersStart, index);
  return {displayName, uri, parameters, tag};
}

/** The end of an unquoted name that a `<` follows; `start` where this is an addr-spec; -1 where it is neither. */
function scanDisplayName(reader: Reader, start: number): number {
  let index = start;
  let end = start;
  for (;;) {
    const word = reader.run(index, DISPLAY);
    if (word < 0) return -1;
    end = word;
    index = reader.skipSpace(word);
    if (reader.bytes[index] === LESS) return end;
    if (index === word) return reader.bytes[index] === COLON && index > start ? start : -1;
  }
}

/** Reads one value of From, To, Contact, Route, Record-Route, Refer-To and their like. */
export function parseNameAddress(text: string): Result<NameAddress, SyntaxFailure> {
  const reader = Reader.ofText(text);
  const address = scanNameAddress(reader, reader.skipSpace(0));
  return address && reader.position === reader.bytes.length
    ? success(address)
    : failure({code: 'bad-address', text: `not a name and address: ${text}`});
}

/** The value as text, always with brackets, so that parameters of URI and header never mix. */
export function formatNameAddress(address: {
  displayName?: string;
  uri: Uri;
  parameters?: Parameters;
  tag?: string | undefined;
}): string {
  const {displayName = '', uri, tag} = address;
  const parameters = new Parameters(address.parameters);
  if (tag !== undefined) parameters.set('tag', tag);
  const name =
    displayName === '' ? '' : `${consistsOf(displayName, TOKEN) ? displayName : quote(displayName)} `;
  return `${name}<${formatUri(uri)}>${formatParameters(parameters)}`;
}
