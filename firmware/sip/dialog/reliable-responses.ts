import type {SipResponse} from '../message/message.ts';

/** Whether a provisional response asks for PRACK (RFC 3262 section 4). */
export function isReliable({status, headers}: SipResponse): boolean {
  const required = headers.list('Require').some((extension) => extension.toLowerCase() === '100rel');
  return status > 100 && status < 200 && required;
}

/** The order of the reliable provisional responses to one INVITE, in each of its early dialogs by itself. */
export class ReliableResponses {
  /** RSeq of the last one, by To tag. */
  #last = new Map<string, number>();

  /** Whether a reliable response is the next one: not one that came before, nor one after a gap. */
  take(response: SipResponse): boolean {
    const sequence = readSequence(response);
    const tag = response.to.tag ?? '';
    const last = this.#last.get(tag);
    if (sequence === undefined || (last !== undefined && sequence !== last + 1)) return false;
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
