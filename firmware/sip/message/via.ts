import {failure, type Result, success} from '../../base/result.ts';
import {COLON, SEMICOLON, SLASH, SPACE, TOKEN} from './characters.ts';
import {formatParameters, Parameters} from './parameters.ts';
import {Reader, wordOf} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {formatHost, hostText, scanHost} from './uri.ts';

/** How almost every Via begins. */
const UDP_PREFIX = wordOf('sip/2.0/udp ');
const SIP = wordOf('sip');
/** Stands in while a value is read. */
const noParameters = new Parameters();
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

/** Reads the Via value at `start`; its end is left in the reader's `position`. Undefined where it is malformed. */
export function scanVia(reader: Reader, start: number): Via | undefined {
  const {bytes} = reader;
  let transport = 'UDP';
  let hostStart = start + UDP_PREFIX.length;
  if (!reader.isWord(start, hostStart, UDP_PREFIX) || bytes[hostStart]! <= SPACE) {
    const transportStart = scanProtocol(reader, start);
    const transportEnd = transportStart < 0 ? -1 : reader.run(transportStart, TOKEN);
    if (transportEnd < 0) return undefined;
    transport = reader.text(transportStart, transportEnd).toUpperCase();
    hostStart = reader.skipSpace(transportEnd);
    if (hostStart === transportEnd) return undefined;
  }
  let index = scanHost(reader, hostStart);
  if (index < 0) return undefined;
  const via: Via = {
    transport,
    host: hostText(reader, hostStart, index),
    port: undefined,
    branch: undefined,
    received: undefined,
    rport: undefined,
    parameters: noParameters,
  };
  if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  if (bytes[index] === COLON) {
    index = reader.number(reader.skipSpace(index + 1), 65_535);
    if (index < 0) return undefined;
    via.port = reader.value;
    if (bytes[index]! <= SPACE) index = reader.skipSpace(index);
  }
  const end = bytes[index] === SEMICOLON ? scanParameters(reader, index, via) : index;
  if (end < 0) return undefined;
  via.parameters = new Parameters(undefined, reader, index, end);
  reader.position = end;
  return via;
}

/** Past `SIP/2.0/`, with white space about the slashes; any version is as good, the start line's is judged. */
function scanProtocol(reader: Reader, start: number): number {
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

/** Past the parameters from `start`, those with a field of their own put there. */
function scanParameters(reader: Reader, start: number, via: Via): number {
  const {bytes} = reader;
  let index = start;
  while (bytes[index] === SEMICOLON) {
    index = reader.parameter(index);
    if (index < 0) return -1;
    const {nameStart, nameEnd, valueStart, valueEnd} = reader;
    // Only names as long as one of the three are compared with it.
    switch (nameEnd - nameStart) {
      case BRANCH.length:
        if (valueStart >= 0 && reader.isWord(nameStart, nameEnd, BRANCH)) {
          via.branch = reader.unquoted(valueStart, valueEnd);
        }
        break;
      case RECEIVED.length:
        if (valueStart >= 0 && reader.isWord(nameStart, nameEnd, RECEIVED)) {
          via.received = withoutBrackets(reader.unquoted(valueStart, valueEnd));
        }
        break;
      case RPORT.length:
        if (!reader.isWord(nameStart, nameEnd, RPORT)) break;
        if (valueStart < 0) via.rport = true;
        else if (reader.number(valueStart, 65_535) === valueEnd) via.rport = reader.value;
        else return -1;
        break;
    }
  }
  return index;
}

/** RFC 5118 section 4.5: brackets about an address here are seen, though not in the grammar. */
function withoutBrackets(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

/** Reads one Via value. */
export function parseVia(text: string): Result<Via, SyntaxFailure> {
  const reader = Reader.ofText(text);
  const via = scanVia(reader, reader.skipSpace(0));
  return via && reader.position === reader.bytes.length
    ? success(via)
    : failure({code: 'bad-via', text: `not a Via value: ${text}`});
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

/**
 * The Via value `value`, which can be read, with `received` and `rport` (undefined: not asked for) as its receiver
 * saw them. All else stays byte for byte, for a client may compare its own Via with what comes back.
 */
export function noteReceived(value: string, address: string, port: number | undefined): string {
  const [sentBy = '', ...parameters] = value.match(/(?:[^;"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const noted = parameters.filter((parameter) => !/^\s*received\s*(=|$)/i.test(parameter));
  const rport = noted.findIndex((parameter) => /^\s*rport\s*(=|$)/i.test(parameter));
  if (rport >= 0) noted[rport] = `rport=${port}`;
  return [sentBy, ...noted, `received=${address}`].join(';');
}

function setOrDelete(parameters: Parameters, name: string, value: string | undefined): void {
  if (value === undefined) parameters.delete(name);
  else parameters.set(name, value);
}
