import type {SipRequest, SipResponse} from '../message/message.ts';
import {ChallengedRequest} from './challenged-request.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import {type DialogEnvironment, fromSocket, type LocalEnd, type NextHop} from './environment.ts';
import {acknowledgementOf} from './reliable-responses.ts';

/**
 * Ends a dialog with BYE (RFC 3261 section 15.1.1), whatever is answered. `onDone` is called when there is
 * nothing more to wait for.
 */
export function sendBye(
  environment: DialogEnvironment,
  local: LocalEnd,
  dialog: Dialog,
  onDone: () => void,
): void {
  environment.locate(dialog.nextHop, (destination) => {
    if (!destination.ok) {
      onDone();
      return;
    }
    const {value} = destination;
    new ChallengedRequest(environment, local, (extra) => dialog.createRequest('BYE', extra), value, {
      onResponse: ({status}) => {
        if (status >= 200) onDone();
      },
      onFailure: onDone,
    });
  });
}

/** Confirms a reliable provisional response (RFC 3262 section 4), whatever is answered. */
export function sendPrack(
  environment: DialogEnvironment,
  local: LocalEnd,
  dialog: Dialog,
  response: SipResponse,
): void {
  const acknowledgement = {name: 'RAck', value: acknowledgementOf(response)};
  environment.locate(dialog.nextHop, (destination) => {
    if (!destination.ok) return;
    const build = (extra: readonly ExtraHeader[]) =>
      dialog.createRequest('PRACK', [acknowledgement, ...extra]);
    new ChallengedRequest(environment, local, build, destination.value, {
      onResponse: () => {},
      onFailure: () => {},
    });
  });
}

/** What a NOTIFY says (RFC 6665 section 4.2.2). */
export interface Notification {
  /** Values of Event, Subscription-State and Content-Type. */
  readonly event: string;
  readonly state: string;
  readonly type: string;
  readonly body: string;
}

/** Notifies a subscriber. `onDone` gets the status of the final response; undefined where none came. */
export function sendNotify(
  environment: DialogEnvironment,
  local: LocalEnd,
  dialog: Dialog,
  destination: NextHop,
  {event, state, type, body}: Notification,
  onDone: (status: number | undefined) => void,
): void {
  const headers = [
    {name: 'Contact', value: local.contact},
    {name: 'Event', value: event},
    {name: 'Subscription-State', value: state},
    {name: 'Content-Type', value: type},
  ];
  const build = (credentials: readonly ExtraHeader[]) => {
    const request = dialog.createRequest('NOTIFY', [...headers, ...credentials]);
    request.body = new TextEncoder().encode(body);
    return request;
  };
  new ChallengedRequest(environment, local, build, destination, {
    onResponse: ({status}) => {
      if (status >= 200) onDone(status);
    },
    onFailure: () => onDone(undefined),
  });
}

/**
 * Acknowledges a 2xx to `invite` (RFC 3261 section 13.2.2.4). What it returns sends the same ACK again, as is due
 * whenever the 2xx comes again.
 */
export function sendAck(
  environment: DialogEnvironment,
  local: LocalEnd,
  dialog: Dialog,
  invite: SipRequest,
): () => void {
  const ack = dialog.createAck(invite);
  ack.headers.set('User-Agent', environment.userAgentName);
  const {nextHop} = dialog;
  const send = () =>
    environment.locate(nextHop, (destination) => {
      if (destination.ok) environment.transactions.sendAck(ack, fromSocket(destination.value, local));
    });
  send();
  return send;
}
