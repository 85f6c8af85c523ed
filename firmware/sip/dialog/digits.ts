import type {SipRequest} from '../message/message.ts';
import {isEncoded, mediaType} from './capabilities.ts';

/** What an INFO request says: a digit, nothing of interest, or why it cannot be understood. */
export type Info = {readonly digit: string} | 'empty' | 'malformed' | 'unsupported' | 'unknown-package';

/**
 * Reads a DTMF digit from an INFO request: `application/dtmf-relay` ("Signal=5", "Duration=160") or
 * `application/dtmf` (the digit alone). Events 10 and 11 stand for * and #, 12 to 15 for A to D; 16 or ! is a
 * hook flash, which means nothing here.
 */
export function readInfo(request: SipRequest): Info {
  const {headers, body} = request;
  if (headers.get('Info-Package') !== undefined) return 'unknown-package';
  if (body.length === 0) return 'empty';
  const text = new TextDecoder().decode(body.subarray(0, 256));
  const type = mediaType(headers.get('Content-Type'));
  const known = type === 'application/dtmf-relay' || type === 'application/dtmf';
  if (!known || isEncoded(request)) return 'unsupported';
  const signal = /^\s*Signal\s*=\s*([0-9*#A-D!]{1,2})\s*$/im.exec(text)?.[1] ?? text.trim();
  if (signal === '16' || signal === '!') return 'empty';
  const digit = toDigit(signal.toUpperCase());
  return digit === undefined ? 'malformed' : {digit};
}

function toDigit(signal: string): string | undefined {
  if (/^[0-9*#A-D]$/.test(signal)) return signal;
  const event = /^1[0-5]$/.test(signal) ? Number(signal) : -1;
  return event < 0 ? undefined : '*#ABCD'[event - 10];
}
