import type {Timer} from '../../base/clock.ts';
import type {SipResponse} from '../message/message.ts';
import {timeLimit} from '../transaction/timers.ts';
import type {TransactionUser} from '../transaction/transaction.ts';
import type {Destination} from '../transport/transport.ts';
import {ChallengedRequest} from './challenged-request.ts';
import type {Dialog, ExtraHeader} from './dialog.ts';
import type {DialogEnvironment, LocalEnd} from './environment.ts';
import {sendAck} from './requests.ts';

/**
 * An INVITE inside a dialog (RFC 3261 section 14.1). Each 2xx is acknowledged, whatever has become of the session
 * meanwhile; its user is told the first final response only. Cancelled when none comes within 64*T1.
 */
export class ReInvite {
  #environment: DialogEnvironment;
  #local: LocalEnd;
  #dialog: Dialog;
  #user: TransactionUser;
  #request: ChallengedRequest;
  #limit: Timer;
  /** Sends the ACK to the 2xx again. */
  #acknowledge: (() => void) | undefined;

  /** Sends `body`, an offer, at once. */
  constructor(
    environment: DialogEnvironment,
    local: LocalEnd,
    dialog: Dialog,
    destination: Destination,
    {headers, body}: {readonly headers: readonly ExtraHeader[]; readonly body: Uint8Array},
    user: TransactionUser,
  ) {
    this.#environment = environment;
    this.#local = local;
    this.#dialog = dialog;
    this.#user = user;
    const build = (credentials: readonly ExtraHeader[]) => {
      const request = dialog.createRequest('INVITE', [...headers, ...credentials]);
      request.body = body;
      return request;
    };
    this.#limit = environment.clock.after(timeLimit(environment.timers), () => this.#request.cancel());
    this.#request = new ChallengedRequest(environment, local, build, destination, {
      onResponse: (response) => this.#receive(response),
      onFailure: (why, text) => {
        this.#limit.cancel();
        user.onFailure(why, text);
      },
    });
  }

  /** Gives it up; a final response is still told. */
  cancel(): void {
    this.#limit.cancel();
    this.#request.cancel();
  }

  #receive(response: SipResponse): void {
    const {status} = response;
    if (status < 200) return;
    this.#limit.cancel();
    if (status >= 300) this.#user.onResponse(response);
    else if (this.#acknowledge) this.#acknowledge();
    else {
      this.#dialog.refreshTarget(response);
      this.#acknowledge = sendAck(this.#environment, this.#local, this.#dialog, this.#request.request);
      this.#user.onResponse(response);
    }
  }
}
