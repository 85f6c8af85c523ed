import {isEncoded, mediaType} from '../dialog/capabilities.ts';
import type {ResponseContent} from '../dialog/respond.ts';
import type {SipRequest} from '../message/message.ts';

const eventName = 'message-summary';
const summaryType = 'application/simple-message-summary';
/** Bytes and lines of a summary that are read: behind it may stand the headers of each message. */
const byteLimit = 2048;
const lineLimit = 16;

/** What waits in the mailbox of an account (RFC 3842). */
export interface MessageSummary {
  readonly waiting: boolean;
  /** Messages of all kinds; null where the server does not count them. */
  readonly new: number | null;
  readonly old: number | null;
}

/** Reads a simple-message-summary (RFC 3842 section 5.2); undefined for what is none. */
export function parseMessageSummary(body: Uint8Array): MessageSummary | undefined {
  const lines = new TextDecoder().decode(body.subarray(0, byteLimit)).split(/\r?\n/, lineLimit);
  const [, waiting] = /^Messages-Waiting[ \t]*:[ \t]*(yes|no)[ \t]*$/i.exec(lines[0] ?? '') ?? [];
  if (waiting === undefined) return undefined;
  const end = lines.indexOf('');
  const counts = lines.slice(1, end < 0 ? undefined : end).flatMap((line) => {
    // Voice-Message: 4/8 (1/2), of which the urgent ones in brackets are part.
    const [, fresh, old] =
      /^[a-z]+-Message[ \t]*:[ \t]*(\d{1,10})[ \t]*\/[ \t]*(\d{1,10})(?!\d)/i.exec(line) ?? [];
    return fresh === undefined ? [] : [{new: Number(fresh), old: Number(old)}];
  });
  const sum = (kind: 'new' | 'old') =>
    counts.length === 0 ? null : counts.reduce((total, count) => total + count[kind], 0);
  return {waiting: waiting.toLowerCase() === 'yes', new: sum('new'), old: sum('old')};
}

/** Is told when something else than `before` waits in the mailbox of the account with this name. */
export type MailboxListener = (
  account: string,
  messages: MessageSummary,
  before: MessageSummary | undefined,
) => void;

/**
 * Answers a NOTIFY that belongs to no subscription. The servers of accounts tell so of mailboxes, without being asked,
 * and they alone are believed: `account` is undefined for everybody else, who gets what RFC 6665 section 4.1.3 says.
 * Nothing is subscribed to: servers tell whom they know to have a mailbox, and a door station seldom has one, so that
 * most would answer with an error again and again.
 */
export function answerSummary(
  request: SipRequest,
  account: {takeSummary(summary: MessageSummary): void} | undefined,
): ResponseContent & {status: number} {
  const {headers, body} = request;
  const event = (headers.get('Event') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (!account) return {status: 481};
  if (event !== eventName) return {status: 489, headers: [{name: 'Allow-Events', value: eventName}]};
  // A last NOTIFY may have nothing to tell.
  if (body.length === 0) return {status: 200};
  if (mediaType(headers.get('Content-Type')) !== summaryType || isEncoded(request)) {
    return {status: 415, headers: [{name: 'Accept', value: summaryType}]};
  }
  const summary = parseMessageSummary(body);
  if (!summary) return {status: 400};
  account.takeSummary(summary);
  return {status: 200};
}
