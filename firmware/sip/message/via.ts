import {failure, type Result, success} from '../../base/result.ts';
import {COLON, SEMICOLON, SLASH, SPACE, TOKEN} from './characters.ts';
import {formatParameters, Parameters} from './parameters.ts';
import {unquote} from './quoted-string.ts';
import {Reader, wordOf} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {formatHost, scanHost} from './uri.ts';

const PROTOCOL = wordOf('sip/2.0/');
const SIP = wordOf('sip');
const UDP = wordOf('udp');
const BRANCH = wordOf('branch');
const RECEIVED = wordOf('received');
const RPORT = wordOf('rport');

/** One Via value: a hop on the way the responses go back (RFC 3261 section 20.42, RFC 3581). */
export interface Via {
  /** In upper case: `UDP`. */
  transport: string;
  /** Of sent-by; IPv6 without its brackets. */
  host: string;
  port: number | undefined;
  branch: string | undefined;
  /** The source address that a receiver saw; IPv6 without brackets. */
  received: string | undefined;
  /** True where the parameter stands without a value, as a client sends it. */
  rport: number | true | undefined;
  /** Parameters other than the three above, and these as they were received. `formatVia` prefers the three fields. */
  parameters: Parameters;
}

/** Where the parts of a Via value stand in a reader's bytes. */
export class ViaSpan {
  transportStart = 0;
  transportEnd = 0;
  hostStart = 0;
  hostEnd = 0;
  port = -1;
  parametersStart = 0;
  end = 0;
  branchStart = -1;
  branchEnd = -1;
  receivedStart = -1;
  receivedEnd = -1;
  /** -1: none; -2: without a value. */
  rport = -1;

  decode(reader: Reader): Via {
    const transport = this.transportStart;
    return {
      transport: reader.isWord(transport, this.transportEnd, UDP)
        ? 'UDP'
        : reader.text(transport, this.transportEnd).toUpperCase(),
      host: reader.text(this.hostStart, this.hostEnd),
      port: this.port < 0 ? undefined : this.port,
      branch: this.branchStart < 0 ? undefined : unquote(reader.text(this.branchStart, this.branchEnd)),
      received: this.receivedStart < 0 ? undefined : this.#received(reader),
      rport: this.rport === -1 ? undefined : this.rport === -2 ? true : this.rport,
      parameters: new Parameters(undefined, reader, this.parametersStart, this.end),
    };
  }

  /** RFC 5118 section 4.5: brackets about an address here are seen, though not in the grammar. */
  #received(reader: Reader): string {
    const text = unquote(reader.text(this.receivedStart, this.receivedEnd));
    return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  }
}

/** Reads the Via value at `start`; undefined where it is malformed, and `end` says where it ends. */
export function scanVia(reader: Reader, start: number): ViaSpan | undefined {
  const bytes = reader.bytes;
  const span = new ViaSpan();
  let index = scanProtocol(reader, start);
  if (index < 0) return undefined;
  span.transportStart = index;
  index = reader.run(index, TOKEN);
  if (index < 0) return undefined;
  span.transportEnd = index;
  const host = reader.skipSpace(index);
  if (host === index) return undefined;
  index = scanHost(reader, host);
  if (index < 0) return undefined;
  span.hostStart = reader.nameStart;
  span.hostEnd = reader.nameEnd;
  if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  if (bytes[index] === COLON) {
    index = reader.number(reader.skipSpace(index + 1), 65_535);
    if (index < 0) return undefined;
    span.port = reader.value;
    if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  }
  span.parametersStart = index;
  span.end = bytes[index] === SEMICOLON ? scanViaParameters(reader, span) : index;
  return span.end < 0 ? undefined : span;
}

/** Past `SIP/2.0/`, with white space about the slashes; any version is as good, the start line's is judged. */
function scanProtocol(reader: Reader, start: number): number {
  // As almost everybody writes it.
  const end = start + PROTOCOL.length;
  if (reader.isWord(start, end, PROTOCOL) && reader.bytes[end]! > SPACE) return end;
  const name = reader.run(start, TOKEN);
  if (name < 0 || !reader.isWord(start, name, SIP)) return -1;
  let index = skipSlash(reader, name);
  if (index < 0) return -1;
  index = reader.run(index, TOKEN);
  return index < 0 ? -1 : skipSlash(reader, index);
}

function skipSlash(reader: Reader, start: number): number {
  const index = reader.skipSpace(start);
  return reader.bytes[index] === SLASH ? reader.skipSpace(index + 1) : -1;
}

function scanViaParameters(reader: Reader, span: ViaSpan): number {
  const bytes = reader.bytes;
  let index = span.parametersStart;
  while (bytes[index] === SEMICOLON) {
    index = reader.parameter(index);
    if (index < 0) return -1;
    const {nameStart, nameEnd, valueStart, valueEnd} = reader;
    const first = bytes[nameStart]! | 0x20;
    if (first === 0x62 && reader.isWord(nameStart, nameEnd, BRANCH)) {
      span.branchStart = valueStart;
      span.branchEnd = valueEnd;
    } else if (first !== 0x72) {
      // Neither of the other two.
    } else if (reader.isWord(nameStart, nameEnd, RECEIVED)) {
      span.receivedStart = valueStart;
      span.receivedEnd = valueEnd;
    } else if (reader.isWord(nameStart, nameEnd, RPORT)) {
      if (valueStart < 0) span.rport = -2;
      else if (reader.number(valueStart, 65_535) === valueEnd) span.rport = reader.value;
      else return -1;
    }
  }
  return index;
}

/** Reads one Via value. */
export function parseVia(text: string): Result<Via, SyntaxFailure> {
  const reader = Reader.ofText(text);
  const span = scanVia(reader, reader.skipSpace(0));
  if (!span || span.end !== reader.bytes.length)
    return failure({code: 'bad-via', text: `not a Via value: ${text}`});
  return success(span.decode(reader));
}

/** The Via value as text; `branch`, `received` and `rport` from their fields, the rest from `parameters`. */
export function formatVia(via: Omit<Via, 'parameters'> & {parameters?: Parameters}): string {
  const parameters = new Parameters(via.parameters);
  setOrDelete(parameters, 'branch', via.branch);
  setOrDelete(parameters, 'received', via.received);
  if (via.rport === true) parameters.set('rport', undefined);
  else setOrDelete(parameters, 'rport', via.rport?.toString());
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${formatHost(via.host)}${port}${formatParameters(parameters)}`;
}

function setOrDelete(parameters: Parameters, name: string, value: string | undefined): void {
  if (value === undefined) parameters.delete(name);
  else parameters.set(name, value);
}
