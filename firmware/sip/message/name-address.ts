import {failure, type Result, success} from '../../base/result.ts';
import {COLON, consistsOf, DISPLAY, GREATER, LESS, QUOTE, SEMICOLON, SPACE, TOKEN} from './characters.ts';
import {formatParameters, Parameters} from './parameters.ts';
import {quote, unquote} from './quoted-string.ts';
import {Reader, wordOf} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {formatUri, scanUri, type Uri, type UriSpan} from './uri.ts';

const TAG = wordOf('tag');

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

/** Where the parts of a name-addr or addr-spec stand in a reader's bytes. */
export class NameAddressSpan {
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly uri: UriSpan;
  readonly parametersStart: number;
  parametersEnd: number;
  tagStart = -1;
  tagEnd = -1;

  constructor(nameStart: number, nameEnd: number, uri: UriSpan, parametersStart: number) {
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.uri = uri;
    this.parametersStart = parametersStart;
    this.parametersEnd = parametersStart;
  }

  decode(reader: Reader): NameAddress {
    return {
      displayName: this.nameStart === this.nameEnd ? '' : unquote(reader.text(this.nameStart, this.nameEnd)),
      uri: this.uri.decode(reader),
      parameters: new Parameters(undefined, reader, this.parametersStart, this.parametersEnd),
      tag: this.tagStart < 0 ? undefined : unquote(reader.text(this.tagStart, this.tagEnd)),
    };
  }
}

/**
 * Reads the name-addr or addr-spec at `start` with its parameters; `parametersEnd` is where it ends.
 * Undefined where it is malformed: an open quote, spaces within the brackets, a comma in a bare name,
 * an addr-spec that needed brackets.
 */
export function scanNameAddress(reader: Reader, start: number): NameAddressSpan | undefined {
  const bytes = reader.bytes;
  let index = start;
  let nameEnd = start;
  if (bytes[start] === QUOTE) {
    nameEnd = reader.quotedString(start);
    if (nameEnd < 0) return undefined;
    index = reader.skipSpace(nameEnd);
    if (bytes[index] !== LESS) return undefined;
  } else if (bytes[start] !== LESS) {
    nameEnd = scanDisplayName(reader, start);
    if (nameEnd < 0) return undefined;
    index = nameEnd === start ? start : reader.skipSpace(nameEnd);
  }
  const bracketed = bytes[index] === LESS;
  const uri = scanUri(reader, bracketed ? index + 1 : index, !bracketed);
  if (!uri) return undefined;
  index = uri.end;
  if (bracketed) {
    if (bytes[index] !== GREATER) return undefined;
    index++;
  }
  const span = new NameAddressSpan(start, nameEnd, uri, index);
  return scanAddressParameters(reader, span) ? span : undefined;
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

function scanAddressParameters(reader: Reader, span: NameAddressSpan): boolean {
  const {bytes} = reader;
  let index = span.parametersStart;
  if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  while (bytes[index] === SEMICOLON) {
    index = reader.parameter(index);
    if (index < 0) return false;
    if (span.tagStart < 0 && reader.isWord(reader.nameStart, reader.nameEnd, TAG)) {
      if (reader.valueStart < 0) return false;
      span.tagStart = reader.valueStart;
      span.tagEnd = reader.valueEnd;
    }
  }
  span.parametersEnd = index;
  return true;
}

/** Reads one value of From, To, Contact, Route, Record-Route, Refer-To and their like. */
export function parseNameAddress(text: string): Result<NameAddress, SyntaxFailure> {
  const reader = Reader.ofText(text);
  const span = scanNameAddress(reader, reader.skipSpace(0));
  if (!span || span.parametersEnd !== reader.bytes.length) {
    return failure({code: 'bad-address', text: `not a name and address: ${text}`});
  }
  return success(span.decode(reader));
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
