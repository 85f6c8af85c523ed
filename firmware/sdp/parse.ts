import {isIPv4, isIPv6} from 'node:net';
import {canonicalAddress} from '../base/canonical-address.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {
  Attribute,
  Connection,
  MediaDescription,
  Origin,
  SessionDescription,
} from './session-description.ts';

/** What a description may hold at most. */
export const sdpLimits = {bytes: 16_384, lines: 512, media: 32, formats: 64, attributes: 128} as const;

const utf8 = new TextDecoder();

/** Why a description could not be read. */
export interface SdpFailure {
  readonly code: 'too-large' | 'bad-line' | 'bad-version' | 'bad-origin' | 'bad-connection' | 'bad-media';
  /** Line number from 1, and the line's letter where it has one: `3 c=`. */
  readonly place: string;
  readonly text: string;
}

interface OpenMedia extends MediaDescription {
  connection: Connection | undefined;
  readonly attributes: Attribute[];
}

/** The description while its lines arrive. */
interface Draft {
  origin: Origin | undefined;
  sessionName: string;
  connection: Connection | undefined;
  readonly attributes: Attribute[];
  readonly media: OpenMedia[];
}

type Problem = Pick<SdpFailure, 'code' | 'text'>;

/**
 * Reads a session description (RFC 8866). Lenient where real phones are careless: bare LF, missing s= and t= lines,
 * unknown letters; strict with what decides where sound goes: v=, o=, c= and m=.
 */
export function parseSessionDescription(body: Uint8Array): Result<SessionDescription, SdpFailure> {
  const refuse = (code: SdpFailure['code'], place: string, text: string) => failure({code, place, text});
  if (body.length > sdpLimits.bytes) {
    return refuse('too-large', '1', `more than ${sdpLimits.bytes} bytes of SDP`);
  }
  const text = utf8.decode(body);
  const draft: Draft = {
    origin: undefined,
    sessionName: '',
    connection: undefined,
    attributes: [],
    media: [],
  };
  let number = 0;
  for (let start = 0; start < text.length; ) {
    number++;
    if (number > sdpLimits.lines) {
      return refuse('too-large', `${sdpLimits.lines}`, `more than ${sdpLimits.lines} lines of SDP`);
    }
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const problem = readLine(draft, number, text, start, trimmedEnd(text, start, end));
    if (problem) return failure(problem);
    start = end + 1;
  }
  const {origin, sessionName, connection, attributes, media} = draft;
  if (number === 0) return refuse('bad-version', '1 v=', 'the first line is not v=0');
  if (!origin) return refuse('bad-origin', `${number}`, 'there is no o= line');
  return success({origin, sessionName, connection, attributes, media});
}

/** Where the line ends without the CR and white space at its end. */
function trimmedEnd(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && text.charCodeAt(trimmed - 1) <= 0x20) trimmed--;
  return trimmed;
}

function readLine(
  draft: Draft,
  number: number,
  text: string,
  start: number,
  end: number,
): SdpFailure | undefined {
  if (number === 1) {
    return text.slice(start, end) === 'v=0'
      ? undefined
      : {code: 'bad-version', place: '1 v=', text: 'the first line is not v=0'};
  }
  if (start === end) return undefined;
  const letter = text[start] as string;
  if (text[start + 1] !== '=' || letter < 'a' || letter > 'z') {
    return {
      code: 'bad-line',
      place: `${number}`,
      text: 'a line does not start with a letter and "="',
    };
  }
  const problem = takeLine(draft, letter, text, start + 2, Math.max(start + 2, end));
  return problem && {...problem, place: `${number} ${letter}=`};
}

/** Takes the value from `start` to `end`; slices are of the whole text, for slices of slices cost twice. */
function takeLine(
  draft: Draft,
  letter: string,
  text: string,
  start: number,
  end: number,
): Problem | undefined {
  const media = draft.media.at(-1);
  switch (letter) {
    case 'o': {
      const origin = parseOrigin(fieldsOf(text, start, end));
      if (!origin || draft.origin || media)
        return {code: 'bad-origin', text: 'a malformed or second o= line'};
      draft.origin = origin;
      return undefined;
    }
    case 's':
      draft.sessionName = text.slice(start, end);
      return undefined;
    case 'c': {
      const connection = parseConnection(fieldsOf(text, start, end));
      if (!connection) return {code: 'bad-connection', text: 'not "IN IP4 address" or "IN IP6 address"'};
      // Several c= lines stand for layers of a multicast session; the first is the base layer.
      const target = media ?? draft;
      target.connection ??= connection;
      return undefined;
    }
    case 'a': {
      const attributes = (media ?? draft).attributes;
      if (attributes.length >= sdpLimits.attributes) return {code: 'too-large', text: 'too many a= lines'};
      attributes.push(parseAttribute(text, start, end));
      return undefined;
    }
    case 'm': {
      if (draft.media.length >= sdpLimits.media) return {code: 'too-large', text: 'too many m= lines'};
      const opened = parseMedia(fieldsOf(text, start, end));
      if (!opened) return {code: 'bad-media', text: 'not "type port protocol formats"'};
      draft.media.push(opened);
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The fields of a value, between single spaces. */
function fieldsOf(text: string, start: number, end: number): string[] {
  const fields: string[] = [];
  let from = start;
  for (;;) {
    const space = text.indexOf(' ', from);
    if (space < 0 || space >= end) {
      fields[fields.length] = text.slice(from, end);
      return fields;
    }
    fields[fields.length] = text.slice(from, space);
    from = space + 1;
  }
}

/** `o=<username> <sess-id> <sess-version> IN IP4|IP6 <address>` */
function parseOrigin(fields: string[]): Origin | undefined {
  const userName = fields[0];
  const sessionId = fields[1];
  const sessionVersion = fields[2];
  const type = fields[4];
  const address = fields[5];
  if (!userName || !sessionId || !sessionVersion || !address || fields.length > 6) return undefined;
  if (fields[3] !== 'IN' || (type !== 'IP4' && type !== 'IP6')) return undefined;
  if (numberOf(sessionId, 64) < 0 || numberOf(sessionVersion, 64) < 0) return undefined;
  return {userName, sessionId, sessionVersion, address};
}

/** `c=IN IP4|IP6 <address>[/ttl][/count]` */
function parseConnection(fields: string[]): Connection | undefined {
  const type = fields[1];
  const address = beforeSlash(fields[2] ?? '');
  if (fields[0] !== 'IN' || address === '' || fields.length > 3) return undefined;
  // Every IPv4 address has the shape of a host name.
  if (type === 'IP4') return isHostName(address) ? {address} : undefined;
  if (type !== 'IP6') return undefined;
  // Packets from there are known by it, so it is kept as they will show it.
  if (isIPv6(address)) return {address: canonicalAddress(address)};
  return isHostName(address) && !isIPv4(address) ? {address} : undefined;
}

function isHostName(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    // Digits, dot and hyphen.
    if (!letter && !(code >= 0x30 && code <= 0x39) && code !== 0x2e && code !== 0x2d) return false;
  }
  return text !== '' && text.length <= 255;
}

/** The value of decimal digits, at most `digits` of them (what exceeds 2**53 is not exact); -1 where they are not. */
function numberOf(text: string, digits: number): number {
  if (text === '' || text.length > digits) return -1;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function beforeSlash(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : text.slice(0, slash);
}

function parseAttribute(text: string, start: number, end: number): Attribute {
  const colon = text.indexOf(':', start);
  return colon < 0 || colon >= end
    ? {name: text.slice(start, end), value: undefined}
    : {name: text.slice(start, colon), value: text.slice(colon + 1, end)};
}

/** `m=<media> <port>[/<count>] <proto> <fmt> …`, with any number of spaces between the fields. */
function parseMedia(fields: string[]): OpenMedia | undefined {
  const given = fields.includes('') ? fields.filter((field) => field !== '') : fields;
  const type = given[0];
  const ports = given[1] ?? '';
  const protocol = given[2];
  const formats = given.slice(3);
  const first = beforeSlash(ports);
  const port = numberOf(first, 5);
  if (!type || !protocol || port < 0 || port > 65_535) return undefined;
  if (ports !== first && numberOf(ports.slice(first.length + 1), 5) < 0) return undefined;
  if (formats.length === 0 || formats.length > sdpLimits.formats) return undefined;
  return {type, port, protocol, formats, connection: undefined, attributes: []};
}
