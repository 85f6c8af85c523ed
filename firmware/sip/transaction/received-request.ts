import type {SipRequest, SipResponse} from '../message/message.ts';
import type {Flow} from '../transport/transport.ts';
import {InviteServerTransaction} from './invite-server.ts';
import type {NonInviteServerTransaction} from './non-invite-server.ts';
import type {ServerState, ServerTransaction} from './transaction.ts';

/**
 * A request with the transaction that answers it, as the user has them. The transaction itself knows the request no more: it
 * outlives the answer by 64*T1 to absorb repetitions, and many such are kept at a time, the request only as long as its user
 * has to do with it.
 */
export class ReceivedRequest implements ServerTransaction {
  readonly request: SipRequest;
  readonly source: Flow;
  readonly merged: boolean;
  readonly #server: InviteServerTransaction | NonInviteServerTransaction;

  constructor(
    request: SipRequest,
    source: Flow,
    server: InviteServerTransaction | NonInviteServerTransaction,
    merged: boolean,
  ) {
    this.request = request;
    this.source = source;
    this.merged = merged;
    this.#server = server;
  }

  get state(): ServerState {
    return this.#server.state;
  }

  set toTag(tag: string) {
    if (this.#server instanceof InviteServerTransaction) this.#server.toTag = tag;
  }

  set onCancel(callback: ServerTransaction['onCancel']) {
    this.#server.onCancel = callback;
  }

  set onFailure(callback: ServerTransaction['onFailure']) {
    this.#server.onFailure = callback;
  }

  respond(response: SipResponse): void {
    this.#server.respond(response);
  }
}
