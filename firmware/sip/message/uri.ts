import {failure, type Result, success} from '../../base/result.ts';
import {
  AT,
  CLASSES,
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

/**
 * Reads the URI at `start`; its end is left in the reader's `position`. In angle brackets or a start line it may have
 * parameters and headers; `bare`, as a header value without brackets, it ends before the first comma, semicolon or
 * question mark (section 20). Undefined where it is malformed; what follows it is for the caller to see.
 */
export function scanUri(reader: Reader, start: number, bare: boolean): Uri | undefined {
  const {bytes} = reader;
  const schemeEnd = sipSchemeEnd(bytes, start);
  if (schemeEnd < 0) return scanOtherUri(reader, start, bare);
  const userClass = bare ? USER_BARE : USER;
  const userEnd = runEnd(bytes, schemeEnd, userClass);
  let passwordEnd = userEnd;
  if (bytes[userEnd] === COLON) passwordEnd = runEnd(bytes, userEnd + 1, userClass);
  const hasUser = bytes[passwordEnd] === AT && userEnd > schemeEnd;
  const hostStart = hasUser ? passwordEnd + 1 : schemeEnd;
  let index = scanHost(reader, hostStart);
  if (index < 0) return undefined;
  const host = hostText(reader, hostStart, index);
  let port: number | undefined;
  if (bytes[index] === COLON) {
    index = reader.number(index + 1, 65_535);
    if (index < 0) return undefined;
    port = reader.value;
  }
  const parametersStart = index;
  if (!bare && bytes[index] === SEMICOLON) index = scanUriParameters(reader, index);
  const parametersEnd = index;
  if (!bare && bytes[index] === QUESTION) index = reader.run(index + 1, URI_REST);
  if (index < 0) return undefined;
  reader.position = index;
  return {
    scheme: schemeEnd - start === 4 ? 'sip' : 'sips',
    user: hasUser ? reader.text(schemeEnd, userEnd) : undefined,
    password: hasUser && passwordEnd > userEnd ? reader.text(userEnd + 1, passwordEnd) : undefined,
    host,
    port,
    parameters: new Parameters(undefined, reader, parametersStart, parametersEnd),
    headers: index > parametersEnd ? reader.text(parametersEnd + 1, index) : '',
  };
}

/** Past `sip:` or `sips:`, in any case. */
function sipSchemeEnd(bytes: Uint8Array, start: number): number {
  if ((bytes[start]! | 0x20) !== 0x73) return -1;
  if ((bytes[start + 1]! | 0x20) !== 0x69 || (bytes[start + 2]! | 0x20) !== 0x70) return -1;
  if (bytes[start + 3] === COLON) return start + 4;
  return (bytes[start + 3]! | 0x20) === 0x73 && bytes[start + 4] === COLON ? start + 5 : -1;
}

/** Past the bytes of the class `bit`, which may be none. */
function runEnd(bytes: Uint8Array, start: number, bit: number): number {
  const classes = CLASSES;
  let index = start;
  while (index < bytes.length && (classes[bytes[index]!]! & bit) !== 0) index++;
  return index;
}

/**
 * Past a host name, an IPv4 address or an IPv6 address in brackets. Three colons in a row, which an error in an old
 * grammar produced, are tolerated (RFC 5118 section 4.10).
 */
export function scanHost(reader: Reader, start: number): number {
  const {bytes} = reader;
  if (bytes[start] !== OPEN_BRACKET) {
    const end = runEnd(bytes, start, HOST);
    return end === start ? -1 : end;
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
  return colons < 2 || index >= bytes.length ? -1 : index + 1;
}

/** The host from `start` to `end`, without the brackets of an IPv6 address. */
export function hostText(reader: Reader, start: number, end: number): string {
  return reader.bytes[start] === OPEN_BRACKET ? reader.text(start + 1, end - 1) : reader.text(start, end);
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

function scanOtherUri(reader: Reader, start: number, bare: boolean): OtherUri | undefined {
  const {bytes} = reader;
  const first = bytes[start]! | 0x20;
  if (!(first >= 0x61 && first <= 0x7a)) return undefined;
  let index = start;
  while (index < bytes.length && isSchemeCharacter(bytes[index]!)) index++;
  if (bytes[index] !== COLON) return undefined;
  const scheme = reader.text(start, index).toLowerCase();
  index = reader.run(index + 1, bare ? USER_BARE : URI_REST);
  if (index < 0) return undefined;
  reader.position = index;
  return {scheme, text: reader.text(start, index), user: undefined, host: undefined};
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
  const uri = scanUri(reader, 0, false);
  return uri && reader.position === reader.bytes.length
    ? success(uri)
    : failure({code: 'bad-uri', text: `not a URI: ${text}`});
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

/** The URI as a Request-URI may have it: without headers and method (RFC 3261 section 19.1.5). */
export function asRequestUri(uri: SipUri): SipUri {
  if (uri.headers === '' && !uri.parameters.has('method')) return uri;
  const parameters = new Parameters(uri.parameters);
  parameters.delete('method');
  return {...uri, parameters, headers: ''};
}

/** A host as URIs and Via want it: IPv6 in brackets. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
