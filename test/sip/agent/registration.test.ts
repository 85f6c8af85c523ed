import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {failure, type Result, success} from '../../../firmware/base/result.ts';
import {
  type AccountOptions,
  Registration,
  type RegistrationStatus,
} from '../../../firmware/sip/agent/registration.ts';
import {retryDelay} from '../../../firmware/sip/agent/registration-times.ts';
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
  registrar: 'sip:192.0.2.2',
  expires: 300,
};
const server: Destination = {transport: 'UDP', address: '192.0.2.2', port: 5060};

let clock: FakeClock;
let network: FakeNetwork;
let layer: TransactionLayer;
/** The requests that reached the server, and when. */
let requests: {readonly at: number; readonly request: SipRequest}[];
/** What the server does with a request; undefined: it is silent. */
let serve: (request: SipRequest) => SipResponse | undefined;
let statuses: RegistrationStatus[];
let registration: Registration;

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeNetwork(clock);
  requests = [];
  statuses = [];
  const transport = network.open('192.0.2.1');
  layer = new TransactionLayer({transport, clock, random: seededBytes(1)});
  transport.onMessage = (bytes, remote, local) => layer.receive(bytes, remote, local);
  const registrar = network.open(server.address);
  registrar.onMessage = (bytes, remote) => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('the server got no request');
    requests.push({at: clock.now(), request: parsed.value});
    const response = serve(parsed.value);
    if (response) registrar.send(writeMessage(response), {transport: 'UDP', ...remote});
  };
  registration = newRegistration({}, (_uri, found) => found(success(server)));
});

afterEach(() => {
  layer.close();
});

function newRegistration(
  options: Partial<AccountOptions>,
  locate: (uri: string, found: (destination: Result<Destination, string>) => void) => void,
): Registration {
  const made = new Registration({
    account: {...account, ...options},
    transactions: layer,
    transport: network.open('192.0.2.1', 5062),
    clock,
    random: seededBytes(2),
    userAgentName: 'Doorline/test',
    locate,
  });
  made.onChange = (status) => statuses.push(status);
  return made;
}

function reply(request: SipRequest, status: number, headers: readonly [string, string][] = []): SipResponse {
  const response = createResponse(request, status, undefined, 'server');
  for (const [name, value] of headers) response.headers.append(name, value);
  return response;
}

function accept(request: SipRequest, seconds = Number(request.headers.get('Expires'))): SipResponse {
  const contact = request.headers.get('Contact');
  return reply(request, 200, seconds === 0 ? [] : [['Contact', `${contact};expires=${seconds}`]]);
}

const challenge = (nonce: string, more = ''): [string, string] => [
  'WWW-Authenticate',
  `Digest realm="example.org", nonce="${nonce}", qop="auth"${more}`,
];

function credentials(request: SipRequest): Map<string, string> | undefined {
  const value = request.headers.get('Authorization');
  const parsed = value === undefined ? undefined : parseChallenge(value);
  return parsed?.ok ? parsed.value.parameters : undefined;
}

function times(): number[] {
  return requests.map(({at}) => at);
}

describe('the REGISTER', () => {
  test('has the domain alone as Request-URI, the account in From and To, a plain Contact', () => {
    serve = accept;
    registration.start();
    clock.advance(0);
    const {request} = requests[0]!;
    expect(request.method).toBe('REGISTER');
    expect(request.requestUri).toBe('sip:example.org');
    expect(request.headers.get('To')).toBe('<sip:door@example.org>');
    expect(request.headers.get('From')).toMatch(/^<sip:door@example\.org>;tag=\w+$/);
    expect(request.headers.all('Contact')).toEqual(['<sip:door@192.0.2.1:5062>']);
    expect(request.headers.get('Expires')).toBe('300');
    expect(request.headers.get('User-Agent')).toBe('Doorline/test');
    expect(request.headers.get('Max-Forwards')).toBe('70');
    expect(registration.server).toEqual(server);
  });

  test('of one registration has one Call-ID and From tag, and counts', () => {
    serve = accept;
    registration.start();
    clock.advance(1_000_000);
    expect(requests.length).toBeGreaterThan(2);
    expect(new Set(requests.map(({request}) => request.callId)).size).toBe(1);
    expect(new Set(requests.map(({request}) => request.from.tag)).size).toBe(1);
    expect(requests.map(({request}) => request.cseq.number)).toEqual(requests.map((_, index) => index + 1));
  });
});

describe('registered', () => {
  test.each([
    ['300 s as asked for', 300, 268],
    ['60 s', 60, 30],
    ['an hour', 3600, 3568],
    ['not even ten seconds', 1, 5],
    ['a year', 31_536_000, 86_368],
  ])('for %s, it is refreshed in time', (_name, seconds, refresh) => {
    serve = (request) => accept(request, seconds);
    registration.start();
    clock.advance(refresh * 2000 + 1000);
    expect(times()).toEqual([0, refresh * 1000, refresh * 2000]);
    expect(statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('the time that counts is that of our Contact among others, else that of Expires', () => {
    serve = (request) =>
      reply(request, 200, [
        ['Expires', '1000'],
        [
          'Contact',
          `<sip:door@192.0.2.77:5060>;expires=5000, ${request.headers.get('Contact')};expires=100;q=1`,
        ],
      ]);
    registration.start();
    clock.advance(68_000);
    expect(times()).toEqual([0, 68_000]);
    serve = (request) => reply(request, 200, [['Expires', '1000']]);
    clock.advance(68_000 + 968_000);
    expect(times()).toEqual([0, 68_000, 136_000, 1_104_000]);
  });

  test('a refresh without an answer is told, and made up for', () => {
    serve = accept;
    registration.start();
    clock.advance(1000);
    serve = () => undefined;
    clock.advance(268_000 + 32_000);
    expect(statuses.at(-1)).toEqual({registered: false, reason: 'no answer from 192.0.2.2'});
    serve = accept;
    clock.advance(4000);
    expect(statuses.map(({registered}) => registered)).toEqual([true, false, true]);
  });
});

describe('credentials', () => {
  test('answer a challenge, and are used again with a nonce count to save the next one', () => {
    serve = (request) => (credentials(request) ? accept(request) : reply(request, 401, [challenge('n1')]));
    registration.start();
    clock.advance(300_000);
    expect(requests.map(({request}) => credentials(request)?.get('nc'))).toEqual([
      undefined,
      '00000001',
      '00000002',
    ]);
    const sent = credentials(requests[1]!.request);
    expect(sent?.get('username')).toBe('door');
    expect(sent?.get('uri')).toBe('sip:example.org');
    expect(statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('are made anew for a nonce that has become stale, also where the server does not say stale', () => {
    let nonce = 1;
    const used = new Set<string>();
    serve = (request) => {
      const given = credentials(request)?.get('nonce');
      if (given !== `n${nonce}` || used.has(given)) return reply(request, 401, [challenge(`n${++nonce}`)]);
      used.add(given);
      return accept(request);
    };
    registration.start();
    clock.advance(600_000);
    expect(requests).toHaveLength(6);
    expect(statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('a fresh nonce that is stale at once is worth another try, but not for ever', () => {
    let count = 0;
    serve = (request) => reply(request, 401, [challenge(`n${count++}`, ', stale=true')]);
    registration.start();
    clock.advance(1000);
    expect(requests).toHaveLength(4);
    expect(statuses.at(-1)?.registered).toBe(false);
  });

  test('with a wrong password: refused once, in plain words, and tried again after a pause', () => {
    let count = 0;
    serve = (request) => reply(request, 401, [challenge(`n${count++}`)]);
    registration.start();
    clock.advance(1900);
    expect(requests).toHaveLength(2);
    expect(statuses).toEqual([{registered: false, reason: 'password refused by 192.0.2.2'}]);
    expect(JSON.stringify(statuses)).not.toContain('secret');
    clock.advance(2_100);
    expect(requests).toHaveLength(4);
    clock.advance(3_600_000);
    expect(requests.length / 2).toBeGreaterThan(60);
    expect(requests.length / 2).toBeLessThan(130);
    serve = (request) => (credentials(request) ? accept(request) : reply(request, 401, [challenge('good')]));
    clock.advance(60_000);
    expect(statuses.at(-1)?.registered).toBe(true);
  });

  test('of several challenges the strongest is answered', () => {
    serve = (request) =>
      credentials(request)
        ? accept(request)
        : reply(request, 401, [challenge('n', ', algorithm=MD5'), challenge('n', ', algorithm=SHA-256')]);
    registration.start();
    clock.advance(0);
    expect(credentials(requests[1]!.request)?.get('algorithm')).toBe('SHA-256');
    expect(credentials(requests[1]!.request)?.get('response')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a login of another kind is named', () => {
    serve = (request) => reply(request, 401, [['WWW-Authenticate', 'Bearer realm="x"']]);
    registration.start();
    clock.advance(0);
    expect(statuses[0]?.reason).toBe('192.0.2.2 asks for a kind of login that is not supported');
  });

  test('a proxy before the server is answered, too', () => {
    serve = (request) =>
      request.headers.get('Proxy-Authorization') === undefined
        ? reply(request, 407, [['Proxy-Authenticate', challenge('n')[1]]])
        : accept(request);
    registration.start();
    clock.advance(0);
    expect(statuses[0]?.registered).toBe(true);
  });
});

test('423: asks again at once, for as long as the server wants', () => {
  serve = (request) =>
    Number(request.headers.get('Expires')) < 1800
      ? reply(request, 423, [['Min-Expires', '1800']])
      : accept(request);
  registration.start();
  clock.advance(0);
  expect(requests.map(({request}) => request.headers.get('Expires'))).toEqual(['300', '1800']);
  expect(statuses[0]?.registered).toBe(true);
  clock.advance(1_768_000);
  expect(times()).toEqual([0, 0, 1_768_000]);
});

test.each([[[]], [[['Min-Expires', '100']]], [[['Min-Expires', '4000000000']]], [[['Min-Expires', 'x']]]] as [
  [string, string][],
][])('423 with %j does not loop', (headers) => {
  serve = (request) => reply(request, 423, headers);
  registration.start();
  clock.advance(1999);
  expect(requests).toHaveLength(1);
  expect(statuses[0]?.registered).toBe(false);
});

describe('failures', () => {
  test('pauses grow from 2 s to 60 s, with jitter, and it never gives up', () => {
    serve = (request) => reply(request, 503);
    registration.start();
    clock.advance(8 * 3_600_000);
    const at = times();
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses.every((pause) => pause >= 2000 && pause <= 60_000)).toBe(true);
    for (const [index, pause] of pauses.slice(0, 4).entries()) {
      expect(pause).toBeGreaterThanOrEqual(2000 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(4000 * 2 ** index);
    }
    expect(pauses.slice(5).every((pause) => pause >= 30_000)).toBe(true);
    expect(new Set(pauses).size).toBeGreaterThan(pauses.length / 2);
    expect(statuses).toEqual([{registered: false, reason: 'refused by 192.0.2.2: 503 Service Unavailable'}]);
  });

  test('the pause is short again after a success', () => {
    serve = (request) => reply(request, 500);
    registration.start();
    clock.advance(3_600_000);
    serve = accept;
    clock.advance(60_000);
    expect(statuses.at(-1)?.registered).toBe(true);
    requests = [];
    serve = (request) => reply(request, 500);
    clock.advance(268_000 + 4000);
    expect(requests.length).toBeGreaterThanOrEqual(2);
  });

  test.each([
    [503, '120', 120_000],
    [500, '90 (busy);duration=60', 90_000],
    [486, '999999999', 3_600_000],
  ])('%i with Retry-After %s waits at least so long', (status, value, pause) => {
    serve = (request) => reply(request, status, [['Retry-After', value]]);
    registration.start();
    clock.advance(pause - 1);
    expect(requests).toHaveLength(1);
    clock.advance(1);
    expect(requests).toHaveLength(2);
  });

  test.each([
    [403, 'refused by 192.0.2.2: 403 Forbidden'],
    [404, '192.0.2.2 does not know sip:door@example.org (404 Not Found)'],
    [408, 'refused by 192.0.2.2: 408 Request Timeout'],
  ])('%i is told in plain words and tried again', (status, reason) => {
    serve = (request) => reply(request, status);
    registration.start();
    clock.advance(4000);
    expect(statuses).toEqual([{registered: false, reason}]);
    expect(requests.length).toBeGreaterThan(1);
  });

  test('a server that is silent: timeout, pause, next attempt', () => {
    serve = () => undefined;
    registration.start();
    clock.advance(31_999);
    expect(statuses).toEqual([]);
    clock.advance(1);
    expect(statuses).toEqual([{registered: false, reason: 'no answer from 192.0.2.2'}]);
    serve = accept;
    clock.advance(4000);
    expect(statuses.at(-1)?.registered).toBe(true);
  });

  test('no route: told at once, tried again', () => {
    network.unreachable.add(server.address);
    serve = accept;
    registration.start();
    clock.advance(0);
    expect(statuses).toEqual([{registered: false, reason: 'no route to 192.0.2.2'}]);
    network.unreachable.clear();
    clock.advance(4000);
    expect(statuses.at(-1)?.registered).toBe(true);
  });

  test('a name that cannot be found: told, tried again; one that is never answered, too', () => {
    const answers: ((destination: Result<Destination, string>) => void)[] = [];
    serve = accept;
    registration = newRegistration({registrar: 'sip:pbx.example.org'}, (_uri, found) => answers.push(found));
    registration.start();
    answers[0]?.(failure('the name pbx.example.org is not known'));
    expect(statuses.at(-1)?.reason).toBe('the name pbx.example.org is not known');
    clock.advance(4000);
    expect(answers).toHaveLength(2);
    clock.advance(10_000);
    expect(statuses.at(-1)?.reason).toContain('no answer from name resolution');
    answers[1]?.(success(server));
    expect(requests).toHaveLength(0);
    clock.advance(8000);
    answers[2]?.(success(server));
    clock.advance(0);
    expect(statuses.at(-1)?.registered).toBe(true);
  });

  test('the pause is within its bounds for any randomness', () => {
    for (const byte of [0, 1, 127, 255]) {
      for (const failures of [0, 1, 4, 5, 100, 100_000]) {
        const pause = retryDelay(failures, (count) => new Uint8Array(count).fill(byte));
        expect(pause).toBeGreaterThanOrEqual(2000);
        expect(pause).toBeLessThanOrEqual(60_000);
      }
    }
  });
});

describe('stopping', () => {
  /** Whether `stop` has resolved, after what is due has been done. */
  async function stopped(promise: Promise<void>): Promise<boolean> {
    let done = false;
    void promise.then(() => {
      done = true;
    });
    await Promise.resolve();
    await Promise.resolve();
    return done;
  }

  test('unregisters, answering a challenge on the way', async () => {
    serve = (request) => (credentials(request) ? accept(request) : reply(request, 401, [challenge('n1')]));
    registration.start();
    clock.advance(1000);
    serve = (request) =>
      credentials(request)?.get('nonce') === 'n2' ? accept(request) : reply(request, 401, [challenge('n2')]);
    const promise = registration.stop();
    expect(await stopped(promise)).toBe(false);
    clock.advance(0);
    expect(await stopped(promise)).toBe(true);
    expect(requests.map(({request}) => request.headers.get('Expires'))).toEqual(['300', '300', '0', '0']);
    expect(statuses.at(-1)).toEqual({registered: false, reason: 'unregistered'});
    clock.advance(100_000);
    expect(requests).toHaveLength(4);
    expect(layer.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('does not wait longer than 2 s', async () => {
    serve = accept;
    registration.start();
    clock.advance(1000);
    serve = () => undefined;
    const promise = registration.stop();
    clock.advance(1999);
    expect(await stopped(promise)).toBe(false);
    clock.advance(1);
    expect(await stopped(promise)).toBe(true);
    layer.close();
    clock.advance(100_000);
    expect(clock.pending).toBe(0);
  });

  test('does not start again what had failed, and has nothing to unregister', async () => {
    serve = (request) => reply(request, 503);
    registration.start();
    clock.advance(1000);
    expect(await stopped(registration.stop())).toBe(true);
    clock.advance(100_000);
    expect(requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('waits for the answer to a REGISTER that is under way', async () => {
    let answer: (() => void) | undefined;
    serve = (request) => {
      answer = () => layer.receive(writeMessage(accept(request)), server, {address: '192.0.2.1', port: 5060});
      return undefined;
    };
    registration.start();
    clock.advance(100);
    const promise = registration.stop();
    expect(requests).toHaveLength(1);
    serve = accept;
    answer?.();
    clock.advance(0);
    expect(requests.map(({request}) => request.headers.get('Expires'))).toEqual(['300', '0']);
    expect(await stopped(promise)).toBe(true);
  });

  test('before it was started, twice, or with a name that is looked for: resolves, and nothing happens after', async () => {
    expect(await stopped(registration.stop())).toBe(true);
    expect(await stopped(registration.stop())).toBe(true);
    registration.start();
    let found: ((destination: Result<Destination, string>) => void) | undefined;
    const second = newRegistration({}, (_uri, callback) => {
      found = callback;
    });
    second.start();
    expect(await stopped(second.stop())).toBe(true);
    found?.(success(server));
    clock.advance(100_000);
    expect(requests).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});
