import {createResponse} from '../message/create.ts';
import {makeLine} from '../message/header-line.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {allowedMethods, capabilityHeaders, digitTypes, refuseBody, sessionType} from './capabilities.ts';
import type {ExtraHeader} from './dialog.ts';
import {readInfo} from './digits.ts';

/** What a response of this user agent may carry beyond its status. */
export interface ResponseContent {
  /** To tag, for requests that came without one. */
  readonly tag?: string | undefined;
  readonly headers?: readonly ExtraHeader[];
  /** A session description. */
  readonly body?: Uint8Array | undefined;
}

const sessionTypeLine = makeLine('Content-Type', sessionType);

/** Makes a response that names this user agent. */
export function buildResponse(
  {userAgentName}: {readonly userAgentName: string},
  request: SipRequest,
  status: number,
  {tag, headers = [], body}: ResponseContent = {},
): SipResponse {
  const response = createResponse(request, status, undefined, tag);
  response.headers.append('User-Agent', userAgentName);
  response.headers.appendAll(headers);
  if (body) {
    response.headers.appendAll([sessionTypeLine]);
    response.body = body;
  }
  return response;
}

/** A Warning header (RFC 3261 section 20.43) that tells people at the other end why a session was refused. */
export function warning(text: string): ExtraHeader {
  // 399 is "miscellaneous"; the text must not break out of its quotes.
  return {name: 'Warning', value: `399 doorline "${text.replace(/["\\\r\n]/g, ' ')}"`};
}

/** Answers what has no place in a dialog that somebody is being called in, or in one with a call. */
function answerOther(
  method: string,
  answer: (status: number, headers?: readonly ExtraHeader[]) => void,
): void {
  // Nobody has subscribed to anything there; and calls are transferred once they are up.
  if (method === 'NOTIFY') answer(481);
  else if (method === 'REFER') answer(403);
  // SUBSCRIBE, which wants a dialog of its own.
  else answer(405, [{name: 'Allow', value: allowedMethods}]);
}

/**
 * Answers OPTIONS or INFO, in a dialog or not.
 * @returns the DTMF digit that an INFO carried.
 */
export function answerQuery(
  environment: {readonly userAgentName: string},
  transaction: ServerTransaction,
  tag?: string,
): string | undefined {
  const {request} = transaction;
  const answer = (status: number, headers: readonly ExtraHeader[] = []) =>
    transaction.respond(buildResponse(environment, request, status, {tag, headers}));
  if (request.method === 'OPTIONS') {
    answer(200, capabilityHeaders);
    return undefined;
  }
  if (request.method !== 'INFO') {
    answerOther(request.method, answer);
    return undefined;
  }
  const info = readInfo(request);
  if (info === 'unknown-package') {
    // RFC 6086 section 4.2.2: the packages that would be accepted, which are none.
    answer(469, [{name: 'Recv-Info', value: ''}]);
  } else if (info === 'unsupported') {
    const {status, headers} = refuseBody(request, digitTypes);
    answer(status, headers);
  } else answer(info === 'malformed' ? 400 : 200);
  return typeof info === 'object' ? info.digit : undefined;
}
