import type {AudioStream} from '../../rtp/audio-stream.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {capabilityHeaders, refuseBody, sessionTypes} from './capabilities.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import type {Negotiation} from './negotiation.ts';
import {buildResponse, type ResponseContent, warning} from './respond.ts';
import {sessionBody} from './session-body.ts';

/**
 * Answers UPDATE in a dialog, early or not (RFC 3311 section 5.2): an offer in it is answered unless one of ours is
 * open (491). `timer` makes what the 2xx says of session timers.
 * @returns the stream that its offer settled, if it had one.
 */
export function answerUpdate(
  environment: DialogEnvironment,
  local: LocalEnd,
  dialog: Dialog,
  negotiation: Negotiation,
  transaction: ServerTransaction,
  timer: () => readonly ExtraHeader[],
): AudioStream | undefined {
  const {request} = transaction;
  const respond = (status: number, content?: ResponseContent) =>
    transaction.respond(buildResponse(environment, request, status, content));
  const accept = (body?: Uint8Array) => {
    dialog.refreshTarget(request);
    const headers = [{name: 'Contact', value: local.contact}, ...capabilityHeaders, ...timer()];
    respond(200, {headers, body});
  };
  const content = sessionBody(request);
  if (content === 'none') accept();
  else if (content === 'unsupported') {
    const {status, headers} = refuseBody(request, sessionTypes);
    respond(status, {headers});
  } else if (negotiation.offered) respond(491);
  else {
    const answered = negotiation.answer(content);
    if (answered.ok) {
      accept(answered.value.body);
      return answered.value.stream;
    }
    respond(answered.error.status, {headers: [warning(answered.error.text)]});
  }
  return undefined;
}

/** The Retry-After (0 to 10 s) of the 500 to a request that comes while another is being answered. */
export function retryLater({random}: DialogEnvironment): ExtraHeader {
  return {name: 'Retry-After', value: String(random(1)[0]! % 11)};
}
