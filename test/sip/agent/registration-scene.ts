import {success} from '../../../firmware/base/result.ts';
import type {AccountOptions, RegistrationStatus} from '../../../firmware/sip/agent/account-options.ts';
import type {Located} from '../../../firmware/sip/agent/locator.ts';
import {Registration, type RegistrationOptions} from '../../../firmware/sip/agent/registration.ts';
import {ServerHealth} from '../../../firmware/sip/agent/server-health.ts';
import {parseChallenge} from '../../../firmware/sip/message/auth-params.ts';
import {createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import type {Destination} from '../../../firmware/sip/transport/transport.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, seededBytes} from '../../support/fake-network.ts';

const account: AccountOptions = {
  name: 'house',
  uri: 'sip:door@example.org',
  user: 'door',
  password: 'secret',
  registrars: ['sip:192.0.2.2'],
  expires: 300,
};

/** Where the registrar of a `RegistrationScene` is. */
export const server: Destination = {transport: 'UDP', address: '192.0.2.2', port: 5060};

/** Is told where the server is, or why it cannot be found. */
export type Found = (servers: Located) => void;

/** A registration at 192.0.2.1 and, opposite, a registrar that does what a test tells it to. */
export class RegistrationScene {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly layer: TransactionLayer;
  /** The requests that reached the registrar, and when. */
  requests: {readonly at: number; readonly request: SipRequest}[] = [];
  /** What the registrar does with a request; undefined: it is silent. */
  serve: (request: SipRequest) => SipResponse | undefined = accept;
  /** What the registration told, in order. */
  readonly statuses: RegistrationStatus[] = [];
  readonly health = new ServerHealth(this.clock);
  registration: Registration;

  constructor() {
    const transport = this.network.open('192.0.2.1');
    const layer = new TransactionLayer({transport, clock: this.clock, random: seededBytes(1)});
    transport.onMessage = (bytes, remote, local) => layer.receive(bytes, remote, local);
    this.layer = layer;
    const registrar = this.network.open(server.address);
    registrar.onMessage = (bytes, remote) => {
      // A keep-alive.
      if (Buffer.from(bytes).toString() === '\r\n\r\n') return;
      const parsed = parseMessage(bytes);
      if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('the registrar got no request');
      this.requests.push({at: this.clock.now(), request: parsed.value});
      const response = this.serve(parsed.value);
      if (response) registrar.send(writeMessage(response), {transport: 'UDP', ...remote});
    };
    this.registration = this.newRegistration((found) => found(success([server])));
  }

  /** Another registration of the same account, which finds its server by `locate`, with `more` options. */
  newRegistration(locate: (found: Found) => void, more: Partial<RegistrationOptions> = {}): Registration {
    const registration = new Registration({
      account,
      transactions: this.layer,
      transport: this.network.open('192.0.2.1', 5062),
      clock: this.clock,
      random: seededBytes(2),
      userAgentName: 'Doorline/test',
      health: this.health,
      locate,
      ...more,
    });
    registration.onChange = (status) => this.statuses.push(status);
    return registration;
  }

  /** The times at which a request reached the registrar. */
  get times(): number[] {
    return this.requests.map(({at}) => at);
  }

  /** The Expires header of each request that reached the registrar. */
  get expires(): (string | undefined)[] {
    return this.requests.map(({request}) => request.headers.get('Expires'));
  }
}

/** A response with these headers. */
export function reply(
  request: SipRequest,
  status: number,
  headers: readonly (readonly [string, string])[] = [],
): SipResponse {
  const response = createResponse(request, status, undefined, 'server');
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

/** The 200 to a REGISTER, which grants what was asked for or `seconds`. */
export function accept(request: SipRequest, seconds = Number(request.headers.get('Expires'))): SipResponse {
  const contact = request.headers.get('Contact');
  return reply(request, 200, seconds === 0 ? [] : [['Contact', `${contact};expires=${seconds}`]]);
}

/** The header of a 401. `more` is added to the challenge as it is. */
export function challenge(nonce: string, more = ''): [string, string] {
  return ['WWW-Authenticate', `Digest realm="example.org", nonce="${nonce}", qop="auth"${more}`];
}

/** The parameters of Authorization. */
export function credentials(request: SipRequest): Map<string, string> | undefined {
  const value = request.headers.get('Authorization');
  const parsed = value === undefined ? undefined : parseChallenge(value);
  return parsed?.ok ? parsed.value.parameters : undefined;
}
