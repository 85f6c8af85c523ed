import {shownText} from '../../base/shown-text.ts';
import type {SipResponse} from '../message/message.ts';
import {formatHost, parseUri} from '../message/uri.ts';
import type {CallEnd} from './call.ts';

/** Characters that are shown of what a response says for itself. */
const saidLimit = 200;

/** A URI as people say it: `101@example.org`, or just the host. */
export function spokenName(uri: string): string {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.host === undefined) return uri;
  const {user, host, port} = parsed.value;
  const place = `${formatHost(host)}${port === undefined ? '' : `:${port}`}`;
  return user === undefined ? place : `${user}@${place}`;
}

/** What a final response of 300 or above means for the caller. `who` was called, `encrypted`: with SRTP or not at all. */
export function endOfResponse(response: SipResponse, who: string, encrypted: boolean): CallEnd {
  const {status} = response;
  const [cause, words] = meaningOf(status, encrypted);
  const said = shownText(response.headers.get('Warning')?.match(/"([^"]*)"/)?.[1] ?? '', saidLimit);
  const reason = shownText(response.reason, saidLimit);
  return {cause, status, text: `${who} ${words} (${status} ${reason})${said ? `: ${said}` : ''}`};
}

function meaningOf(status: number, encrypted: boolean): [cause: CallEnd['cause'], words: string] {
  switch (status) {
    case 486:
    case 600:
      return ['busy', 'is busy'];
    case 403:
      return ['refused', 'does not allow this call'];
    case 603:
    case 606:
      return ['refused', 'declined the call'];
    case 401:
    case 407:
      return ['refused', 'was not called: the server asks for a password, and none or a wrong one is set'];
    case 404:
    case 410:
    case 416:
    case 484:
    case 485:
    case 604:
      return ['not-found', 'is not known there'];
    case 408:
    case 480:
      return ['no-answer', 'did not answer'];
    case 487:
      return ['cancelled', 'was not called any more: the call was cancelled'];
    case 406:
    case 415:
    case 488:
      return encrypted
        ? ['failed', 'does not take encrypted sound (SRTP), which is required for this call']
        : ['failed', 'cannot agree on sound: no common codec, or encryption (srtp) is needed there'];
    case 502:
    case 503:
    case 504:
      return ['unreachable', 'could not be reached by its server'];
    default:
      if (status < 400) return ['failed', 'has moved, and could not be followed'];
      return ['failed', 'could not take the call'];
  }
}

/** What it means that no final response came. */
export function endOfFailure(
  why: 'timeout' | 'transport' | 'bye',
  text: string,
  who: string,
  rang: boolean,
): CallEnd {
  if (why === 'bye') return {cause: 'hung-up-there', text: `${who} hung up: ${text}`};
  if (why === 'transport') return {cause: 'unreachable', text};
  if (rang) return {cause: 'no-answer', text: `${who} rang and then was not heard of any more`};
  return {
    cause: 'unreachable',
    text: `${who} did not answer within 32 s (nothing came back: is it switched on, is the address right?)`,
  };
}
