import {failure, type Result, success} from '../../base/result.ts';
import {
  AT,
  CLOSE_BRACKET,
  COLON,
  HOST,
  OPEN_BRACKET,
  QUESTION,
  SEMICOLON,
  URI_PARAMETER,
  URI_REST,
  USER,
  USER_BARE,
} from './characters.ts';
import {Parameters} from './parameters.ts';
import {Reader} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';

/** A sip or sips URI (RFC 3261 section 19.1). */
export interface SipUri {
  scheme: 'sip' | 'sips';
  /** As it stands in the URI, %-escapes kept. */
  user: string | undefined;
  /** As it stands in the URI; deprecated by the RFC, kept so that nothing is lost. */
  password: string | undefined;
  /** Name or address; IPv6 without its brackets. */
  host: string;
  port: number | undefined;
  parameters: Parameters;
  /** What stands behind `?`, escapes kept; empty where there is none. */
  headers: string;
}

/** A URI of a scheme that is neither sip nor sips, `tel:` for one. */
export interface OtherUri {
  scheme: string;
  /** All of the URI. */
  text: string;
  user: undefined;
  host: undefined;
}

/** A URI; it is a sip or sips URI exactly where `host` is defined. */
export type Uri = SipUri | OtherUri;

/** Where the parts of a URI stand in a reader's bytes. */
export class UriSpan {
  readonly start: number;
  end = 0;
  sip = false;
  secure = false;
  schemeEnd = 0;
  userEnd = -1;
  passwordEnd = -1;
  hostStart = 0;
  hostEnd = 0;
  port = -1;
  parametersStart = 0;
  parametersEnd = 0;

  constructor(start: number) {
    this.start = start;
  }

  decode(reader: Reader): Uri {
    if (!this.sip) {
      const text = reader.text(this.start, this.end);
      return {
        scheme: text.slice(0, text.indexOf(':')).toLowerCase(),
        text,
        user: undefined,
        host: undefined,
      };
    }
    const userEnd = this.userEnd;
    return {
      scheme: this.secure ? 'sips' : 'sip',
      user: userEnd < 0 ? undefined : reader.text(this.schemeEnd, userEnd),
      password: this.passwordEnd < 0 ? undefined : reader.text(userEnd + 1, this.passwordEnd),
      host: reader.text(this.hostStart, this.hostEnd),
      port: this.port < 0 ? undefined : this.port,
      parameters: new Parameters(undefined, reader, this.parametersStart, this.parametersEnd),
      headers: this.parametersEnd < this.end ? reader.text(this.parametersEnd + 1, this.end) : '',
    };
  }
}

/**
 * Reads the URI at `start`. In angle brackets or a start line it may have parameters and headers; `bare`, as
 * a header value without brackets, it ends before the first comma, semicolon or question mark (section 20).
 * Undefined where it is malformed; whether a good character follows at `end` is for the caller to see.
 */
export function scanUri(reader: Reader, start: number, bare: boolean): UriSpan | undefined {
  const span = new UriSpan(start);
  const bytes = reader.bytes;
  const scheme =
    (bytes[start]! | 0x20) === 0x73 &&
    (bytes[start + 1]! | 0x20) === 0x69 &&
    (bytes[start + 2]! | 0x20) === 0x70;
  if (scheme && bytes[start + 3] === COLON) {
    span.schemeEnd = start + 4;
  } else if (scheme && (bytes[start + 3]! | 0x20) === 0x73 && bytes[start + 4] === COLON) {
    span.secure = true;
    span.schemeEnd = start + 5;
  } else return scanOtherUri(reader, span, bare);
  span.sip = true;
  let index = scanUserInfo(reader, span, bare ? USER_BARE : USER);
  index = scanHost(reader, index);
  if (index < 0) return undefined;
  span.hostStart = reader.nameStart;
  span.hostEnd = reader.nameEnd;
  if (bytes[index] === COLON) {
    index = reader.number(index + 1, 65_535);
    if (index < 0) return undefined;
    span.port = reader.value;
  }
  span.parametersStart = index;
  if (!bare && bytes[index] === SEMICOLON) {
    index = scanUriParameters(reader, index);
    if (index < 0) return undefined;
  }
  span.parametersEnd = index;
  if (!bare && bytes[index] === QUESTION) {
    index = reader.run(index + 1, URI_REST);
    if (index < 0) return undefined;
  }
  span.end = index;
  return span;
}

/** Past `user[:password]@`, or nowhere where the URI has no user. */
function scanUserInfo(reader: Reader, span: UriSpan, userClass: number): number {
  const start = span.schemeEnd;
  const end = reader.run(start, userClass);
  if (end < 0 || reader.bytes[end] !== AT) return start;
  let colon = start;
  while (colon < end && reader.bytes[colon] !== COLON) colon++;
  span.userEnd = colon;
  if (colon < end) span.passwordEnd = end;
  return end + 1;
}

/**
 * Past a host name, an IPv4 address or an IPv6 address in brackets; its offsets without the brackets are
 * left in the reader's `nameStart` and `nameEnd`. Three colons in a row, which an error in an old grammar
 * produced, are tolerated (RFC 5118 section 4.10).
 */
export function scanHost(reader: Reader, start: number): number {
  const bytes = reader.bytes;
  if (bytes[start] !== OPEN_BRACKET) {
    const end = reader.run(start, HOST);
    reader.nameStart = start;
    reader.nameEnd = end;
    return end;
  }
  let colons = 0;
  let index = start + 1;
  for (; index < bytes.length && bytes[index] !== CLOSE_BRACKET; index++) {
    const code = bytes[index]!;
    const lower = code | 0x20;
    if (code === COLON) colons++;
    else if (!((code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66) || code === 0x2e))
      return -1;
  }
  if (colons < 2 || index >= bytes.length) return -1;
  reader.nameStart = start + 1;
  reader.nameEnd = index;
  return index + 1;
}

/** Past `;name` and `;name=value`, where a value may hold more than in a header but nothing is quoted. */
function scanUriParameters(reader: Reader, start: number): number {
  let index = start;
  while (reader.bytes[index] === SEMICOLON) {
    index = reader.run(index + 1, URI_PARAMETER);
    if (index < 0) return -1;
    if (reader.bytes[index] === 0x3d) {
      index = reader.run(index + 1, URI_PARAMETER);
      if (index < 0) return -1;
    }
  }
  return index;
}

function scanOtherUri(reader: Reader, span: UriSpan, bare: boolean): UriSpan | undefined {
  const bytes = reader.bytes;
  const first = bytes[span.start]! | 0x20;
  if (!(first >= 0x61 && first <= 0x7a)) return undefined;
  let index = span.start;
  while (index < bytes.length && isSchemeCharacter(bytes[index]!)) index++;
  if (bytes[index] !== COLON) return undefined;
  index = reader.run(index + 1, bare ? USER_BARE : URI_REST);
  if (index < 0) return undefined;
  span.end = index;
  return span;
}

function isSchemeCharacter(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e
  );
}

/** Reads a URI of any scheme, parameters and headers included. */
export function parseUri(text: string): Result<Uri, SyntaxFailure> {
  const reader = Reader.ofText(text);
  const span = scanUri(reader, 0, false);
  if (!span || span.end !== reader.bytes.length)
    return failure({code: 'bad-uri', text: `not a URI: ${text}`});
  return success(span.decode(reader));
}

/** The URI as text. */
export function formatUri(uri: Uri): string {
  if (uri.host === undefined) return uri.text;
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += uri.user;
    if (uri.password !== undefined) text += `:${uri.password}`;
    text += '@';
  }
  text += formatHost(uri.host);
  if (uri.port !== undefined) text += `:${uri.port}`;
  for (const [name, value] of uri.parameters) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  if (uri.headers !== '') text += `?${uri.headers}`;
  return text;
}

/** A host as URIs and Via want it: IPv6 in brackets. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
