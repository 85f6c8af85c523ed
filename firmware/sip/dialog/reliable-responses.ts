import type {SipResponse} from '../message/message.ts';

/** Whether a provisional response asks for PRACK (RFC 3262 section 4). */
export function isReliable({status, headers}: SipResponse): boolean {
  const required = headers.list('Require').some((extension) => extension.toLowerCase() === '100rel');
  return status > 100 && status < 200 && required;
}

/** Reliable responses to one INVITE that are taken, each of which makes a transaction of its own; a call has a few. */
const limit = 64;

/** The order of the reliable provisional responses to one INVITE, in each of its early dialogs by itself. */
export class ReliableResponses {
  /** RSeq of the last one, by To tag. */
  #last = new Map<string, number>();
  #taken = 0;

  /** Whether a reliable response is to be taken: not one that came before, nor one after a gap, nor too many. */
  take(response: SipResponse): boolean {
    const sequence = readSequence(response);
    const tag = response.to.tag ?? '';
    const last = this.#last.get(tag);
    if (sequence === undefined || (last !== undefined && sequence !== last + 1)) return false;
    if (++this.#taken > limit) return false;
    this.#last.set(tag, sequence);
    return true;
  }
}

/** Value of the RAck header of the PRACK to `response` (section 7.2). */
export function acknowledgementOf(response: SipResponse): string {
  return `${readSequence(response)} ${response.cseq.number} ${response.cseq.method}`;
}

function readSequence({headers}: SipResponse): number | undefined {
  const value = headers.get('RSeq')?.trim() ?? '';
  return /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}
