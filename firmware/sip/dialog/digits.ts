import type {SipRequest} from '../message/message.ts';
import {mediaType} from './capabilities.ts';

/** What an INFO request says: a digit, nothing of interest, or something of an unknown type. */
export type Info = {readonly digit: string} | 'empty' | 'unsupported';

/**
 * Reads a DTMF digit from an INFO request: `application/dtmf-relay` ("Signal=5", "Duration=160") or
 * `application/dtmf` (the digit alone). Events 10 and 11 stand for * and #, 12 to 15 for A to D.
 */
export function readInfo({headers, body}: SipRequest): Info {
  if (body.length === 0) return 'empty';
  const text = new TextDecoder().decode(body.subarray(0, 256));
  const type = mediaType(headers.get('Content-Type'));
  if (type !== 'application/dtmf-relay' && type !== 'application/dtmf') return 'unsupported';
  const signal = /^\s*Signal\s*=\s*([0-9*#A-D]{1,2})\s*$/im.exec(text)?.[1] ?? text.trim();
  const digit = toDigit(signal.toUpperCase());
  return digit === undefined ? 'unsupported' : {digit};
}

function toDigit(signal: string): string | undefined {
  if (/^[0-9*#A-D]$/.test(signal)) return signal;
  const event = /^1[0-5]$/.test(signal) ? Number(signal) : -1;
  return event < 0 ? undefined : '*#ABCD'[event - 10];
}
