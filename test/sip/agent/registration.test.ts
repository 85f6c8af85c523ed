import {beforeEach, describe, expect, test} from 'vitest';
import {accept, challenge, credentials, RegistrationScene, reply, server} from './registration-scene.ts';

/** Registration as it should go (RFC 3261 section 10.2), with the credentials it takes. */

let scene: RegistrationScene;

beforeEach(() => {
  scene = new RegistrationScene();
});

describe('the REGISTER', () => {
  test('has the domain alone as Request-URI, the account in From and To, a plain Contact', () => {
    scene.serve = accept;
    scene.registration.start();
    scene.clock.advance(0);
    const {request} = scene.requests[0]!;
    expect(request.method).toBe('REGISTER');
    expect(request.requestUri).toBe('sip:example.org');
    expect(request.headers.get('To')).toBe('<sip:door@example.org>');
    expect(request.headers.get('From')).toMatch(/^<sip:door@example\.org>;tag=\w+$/);
    expect(request.headers.all('Contact')).toEqual(['<sip:door@192.0.2.1:5062>']);
    expect(request.headers.get('Expires')).toBe('300');
    expect(request.headers.get('User-Agent')).toBe('Doorline/test');
    expect(request.headers.get('Max-Forwards')).toBe('70');
    expect(scene.registration.servers).toEqual([server]);
  });

  test('of one scene.registration has one Call-ID and From tag, and counts', () => {
    scene.serve = accept;
    scene.registration.start();
    scene.clock.advance(1_000_000);
    expect(scene.requests.length).toBeGreaterThan(2);
    expect(new Set(scene.requests.map(({request}) => request.callId)).size).toBe(1);
    expect(new Set(scene.requests.map(({request}) => request.from.tag)).size).toBe(1);
    expect(scene.requests.map(({request}) => request.cseq.number)).toEqual(
      scene.requests.map((_, index) => index + 1),
    );
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
    scene.serve = (request) => accept(request, seconds);
    scene.registration.start();
    scene.clock.advance(refresh * 2000 + 1000);
    expect(scene.times).toEqual([0, refresh * 1000, refresh * 2000]);
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
  });

  test.each([
    ['without the usual port', '<sip:door@192.0.2.1>;expires=60'],
    ['alone, as somebody on the way has rewritten it', '<sip:door@203.0.113.5:40001>;expires=60'],
  ])('our Contact comes back %s: its time counts', (_name, contact) => {
    scene.serve = (request) => reply(request, 200, [['Contact', contact]]);
    scene.registration.start();
    scene.clock.advance(30_000);
    expect(scene.times).toEqual([0, 30_000]);
  });

  test('the time that counts is that of our Contact among others, else that of Expires', () => {
    scene.serve = (request) =>
      reply(request, 200, [
        ['Expires', '1000'],
        [
          'Contact',
          `<sip:door@192.0.2.77:5060>;expires=5000, ${request.headers.get('Contact')};expires=100;q=1`,
        ],
      ]);
    scene.registration.start();
    scene.clock.advance(68_000);
    expect(scene.times).toEqual([0, 68_000]);
    scene.serve = (request) => reply(request, 200, [['Expires', '1000']]);
    scene.clock.advance(68_000 + 968_000);
    expect(scene.times).toEqual([0, 68_000, 136_000, 1_104_000]);
  });

  test('a refresh without an answer is told, and made up for', () => {
    scene.serve = accept;
    scene.registration.start();
    scene.clock.advance(1000);
    scene.serve = () => undefined;
    scene.clock.advance(268_000 + 32_000);
    expect(scene.statuses.at(-1)).toEqual({registered: false, reason: 'no answer from 192.0.2.2'});
    scene.serve = accept;
    scene.clock.advance(4000);
    expect(scene.statuses.map(({registered}) => registered)).toEqual([true, false, true]);
  });
});

describe('credentials', () => {
  test('answer a challenge, and are used again with a nonce count to save the next one', () => {
    scene.serve = (request) =>
      credentials(request) ? accept(request) : reply(request, 401, [challenge('n1')]);
    scene.registration.start();
    scene.clock.advance(300_000);
    expect(scene.requests.map(({request}) => credentials(request)?.get('nc'))).toEqual([
      undefined,
      '00000001',
      '00000002',
    ]);
    const sent = credentials(scene.requests[1]!.request);
    expect(sent?.get('username')).toBe('door');
    expect(sent?.get('uri')).toBe('sip:example.org');
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('are made anew for a nonce that has become stale, also where the server does not say stale', () => {
    let nonce = 1;
    const used = new Set<string>();
    scene.serve = (request) => {
      const given = credentials(request)?.get('nonce');
      if (given !== `n${nonce}` || used.has(given)) return reply(request, 401, [challenge(`n${++nonce}`)]);
      used.add(given);
      return accept(request);
    };
    scene.registration.start();
    scene.clock.advance(600_000);
    expect(scene.requests).toHaveLength(6);
    expect(scene.statuses).toEqual([{registered: true, reason: ''}]);
  });

  test('a fresh nonce that is stale at once is worth another try, but not for ever', () => {
    let count = 0;
    scene.serve = (request) => reply(request, 401, [challenge(`n${count++}`, ', stale=true')]);
    scene.registration.start();
    scene.clock.advance(1000);
    expect(scene.requests).toHaveLength(4);
    expect(scene.statuses.at(-1)?.registered).toBe(false);
  });

  test('with a wrong password: refused once, in plain words, and tried again after a pause', () => {
    let count = 0;
    scene.serve = (request) => reply(request, 401, [challenge(`n${count++}`)]);
    scene.registration.start();
    scene.clock.advance(1900);
    expect(scene.requests).toHaveLength(2);
    expect(scene.statuses).toEqual([{registered: false, reason: 'password refused by 192.0.2.2'}]);
    expect(JSON.stringify(scene.statuses)).not.toContain('secret');
    scene.clock.advance(2_100);
    expect(scene.requests).toHaveLength(4);
    scene.clock.advance(3_600_000);
    expect(scene.requests.length / 2).toBeGreaterThan(60);
    expect(scene.requests.length / 2).toBeLessThan(130);
    scene.serve = (request) =>
      credentials(request) ? accept(request) : reply(request, 401, [challenge('good')]);
    scene.clock.advance(60_000);
    expect(scene.statuses.at(-1)?.registered).toBe(true);
  });

  test('of several challenges the strongest is answered', () => {
    scene.serve = (request) =>
      credentials(request)
        ? accept(request)
        : reply(request, 401, [challenge('n', ', algorithm=MD5'), challenge('n', ', algorithm=SHA-256')]);
    scene.registration.start();
    scene.clock.advance(0);
    expect(credentials(scene.requests[1]!.request)?.get('algorithm')).toBe('SHA-256');
    expect(credentials(scene.requests[1]!.request)?.get('response')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a login of another kind is named', () => {
    scene.serve = (request) => reply(request, 401, [['WWW-Authenticate', 'Bearer realm="x"']]);
    scene.registration.start();
    scene.clock.advance(0);
    expect(scene.statuses[0]?.reason).toBe('192.0.2.2 asks for a kind of login that is not supported');
  });

  test('a proxy before the server is answered, too', () => {
    scene.serve = (request) =>
      request.headers.get('Proxy-Authorization') === undefined
        ? reply(request, 407, [['Proxy-Authenticate', challenge('n')[1]]])
        : accept(request);
    scene.registration.start();
    scene.clock.advance(0);
    expect(scene.statuses[0]?.registered).toBe(true);
  });
});

test('423: asks again at once, for as long as the server wants', () => {
  scene.serve = (request) =>
    Number(request.headers.get('Expires')) < 1800
      ? reply(request, 423, [['Min-Expires', '1800']])
      : accept(request);
  scene.registration.start();
  scene.clock.advance(0);
  expect(scene.expires).toEqual(['300', '1800']);
  expect(scene.statuses[0]?.registered).toBe(true);
  scene.clock.advance(1_768_000);
  expect(scene.times).toEqual([0, 0, 1_768_000]);
});

test.each([[[]], [[['Min-Expires', '100']]], [[['Min-Expires', '4000000000']]], [[['Min-Expires', 'x']]]] as [
  [string, string][],
][])('423 with %j does not loop', (headers) => {
  scene.serve = (request) => reply(request, 423, headers);
  scene.registration.start();
  scene.clock.advance(1999);
  expect(scene.requests).toHaveLength(1);
  expect(scene.statuses[0]?.registered).toBe(false);
});
