import {mediaType, refuseBody} from '../dialog/capabilities.ts';
import type {ResponseContent} from '../dialog/respond.ts';
import type {SipRequest} from '../message/message.ts';
import type {Party} from './call.ts';

/** Media type of messages that are taken; value of the Accept header where another came. */
const textType = 'text/plain';
/** When a message for which there was no room may be sent again; s. */
const retrySeconds = 60;

/**
 * Decides about a message: 200 takes it, 403 is for who may not write, 480 for who writes too much. `text` is as it
 * came; undefined for what is no plain text, where only the sender counts.
 */
export type MessageListener = (sender: Party, text: string | undefined) => 200 | 403 | 480;

/** The answer to a MESSAGE (RFC 3428 section 7) from `sender`. Who may not write does not learn what could be read. */
export function answerMessage(
  request: SipRequest,
  sender: Party,
  listener: MessageListener | undefined,
): ResponseContent & {status: number} {
  const text = textOf(request);
  const status = listener?.(sender, text) ?? 480;
  if (status === 480) return {status, headers: [{name: 'Retry-After', value: String(retrySeconds)}]};
  return status === 200 && text === undefined ? refuseBody(request, textType) : {status};
}

function textOf({headers, body}: SipRequest): string | undefined {
  const type = headers.get('Content-Type');
  if (mediaType(type) !== textType || headers.get('Content-Encoding') !== undefined) return undefined;
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([\w-]{1,20})/i.exec(type ?? '') ?? [];
  return /^(?:utf-8|us-ascii)$/i.test(charset) ? new TextDecoder().decode(body) : undefined;
}
