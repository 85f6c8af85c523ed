import {failure, type Result, success} from '../base/result.ts';
import {readName, sameName, writeName} from './name.ts';
import {type DnsRecord, type RecordType, readRecord, typeCodes} from './record.ts';

/** RFC 1035 section 4.1.1. */
const headerLength = 12;
const responseBit = 0x8000;
const truncatedBit = 0x0200;
const recursionDesiredBit = 0x0100;
const codeMask = 0x000f;
const internetClass = 1;
/** More records than this no answer about a SIP server has. */
const recordLimit = 256;

/** RCODE of a response: RFC 1035 section 4.1.1. */
export const noError = 0;
/** RCODE: there is no such name. */
export const nameError = 3;

/** What is asked. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType;
}

/** A response of a name server. */
export interface DnsResponse {
  readonly id: number;
  /** Not all records fitted: to be asked again over TCP. */
  readonly truncated: boolean;
  /** RCODE. */
  readonly code: number;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

/** Why bytes are no response. */
export interface DnsFailure {
  readonly code: 'too-short' | 'not-a-response' | 'malformed' | 'too-many-records';
  /** The part of the message: header, question, answer, authority. */
  readonly place: string;
}

/**
 * A query that asks the name server to look further on our behalf; undefined where the name is none.
 *
 * It goes without EDNS (RFC 6891), which forwarders in old routers stumble over: what is longer than 512 octets is
 * fetched over TCP.
 */
export function writeQuery(id: number, {name, type}: DnsQuestion): Uint8Array | undefined {
  const octets = writeName(name);
  if (!octets) return undefined;
  const message = new Uint8Array(headerLength + octets.length + 4);
  const view = new DataView(message.buffer);
  view.setUint16(0, id);
  view.setUint16(2, recursionDesiredBit);
  view.setUint16(4, 1);
  message.set(octets, headerLength);
  view.setUint16(headerLength + octets.length, typeCodes[type]);
  view.setUint16(headerLength + octets.length + 2, internetClass);
  return message;
}

/** Reads a response (RFC 1035 section 4.1). Records of other types than ours are left out, and so are additional ones. */
export function parseResponse(message: Uint8Array): Result<DnsResponse, DnsFailure> {
  if (message.length < headerLength) return failure({code: 'too-short', place: 'header'});
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = view.getUint16(2);
  if ((flags & responseBit) === 0) return failure({code: 'not-a-response', place: 'header'});
  const truncated = (flags & truncatedBit) !== 0;
  const [questions, answerCount, authorityCount] = [view.getUint16(4), view.getUint16(6), view.getUint16(8)];
  if (questions > 1 || answerCount + authorityCount > recordLimit) {
    return failure({code: 'too-many-records', place: 'header'});
  }
  let offset = headerLength;
  if (questions === 1) {
    const asked = readName(message, offset);
    if (!asked || asked.next + 4 > message.length) return failure({code: 'malformed', place: 'question'});
    offset = asked.next + 4;
  }
  const answers = readRecords(message, offset, answerCount);
  // A message that was cut may end in the midst of a record; nobody uses what it holds.
  if (!answers && !truncated) return failure({code: 'malformed', place: 'answer'});
  const authority = answers && readRecords(message, answers.next, authorityCount);
  if (!authority && !truncated) return failure({code: 'malformed', place: 'authority'});
  return success({
    id: view.getUint16(0),
    truncated,
    code: flags & codeMask,
    answers: answers?.records ?? [],
    authority: authority?.records ?? [],
  });
}

/** Whether a response repeats the question, as it must (RFC 5452 section 9.1). */
export function answersQuestion(message: Uint8Array, {name, type}: DnsQuestion): boolean {
  const asked = message.length > headerLength ? readName(message, headerLength) : undefined;
  if (!asked || asked.next + 4 > message.length || !sameName(asked.name, name)) return false;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return view.getUint16(asked.next) === typeCodes[type] && view.getUint16(asked.next + 2) === internetClass;
}

function readRecords(
  message: Uint8Array,
  start: number,
  count: number,
): {readonly records: DnsRecord[]; readonly next: number} | undefined {
  const records: DnsRecord[] = [];
  let next = start;
  for (let index = 0; index < count; index += 1) {
    const read = readRecord(message, next);
    if (!read) return undefined;
    if (read.record) records.push(read.record);
    next = read.next;
  }
  return {records, next};
}
