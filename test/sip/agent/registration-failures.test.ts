import {beforeEach, describe, expect, test} from 'vitest';
import {failure, success} from '../../../firmware/base/result.ts';
import {retryDelay} from '../../../firmware/sip/agent/registration-times.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {
  accept,
  challenge,
  credentials,
  type Found,
  RegistrationScene,
  reply,
  server,
} from './registration-scene.ts';

/** Registration when something is in the way, and its end. */

let scene: RegistrationScene;

beforeEach(() => {
  scene = new RegistrationScene();
});

describe('failures', () => {
  test('pauses grow from 2 s to 60 s, with jitter, and it never gives up', () => {
    scene.serve = (request) => reply(request, 503);
    scene.registration.start();
    scene.clock.advance(8 * 3_600_000);
    const at = scene.times;
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses.every((pause) => pause >= 2000 && pause <= 60_000)).toBe(true);
    for (const [index, pause] of pauses.slice(0, 4).entries()) {
      expect(pause).toBeGreaterThanOrEqual(2000 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(4000 * 2 ** index);
    }
    expect(pauses.slice(5).every((pause) => pause >= 30_000)).toBe(true);
    expect(new Set(pauses).size).toBeGreaterThan(pauses.length / 2);
    expect(scene.statuses).toEqual([
      {registered: false, reason: 'refused by 192.0.2.2: 503 Service Unavailable'},
    ]);
  });

  test('the pause is short again after another network has come, also in the midst of an attempt', () => {
    const unknown = failure('the name example.org could not be looked up');
    let locate = (found: Found) => found(unknown);
    let waiting: Found | undefined;
    const registration = scene.newRegistration((found) => locate(found));
    registration.start();
    scene.clock.advance(600_000);
    locate = (found) => {
      waiting = found;
    };
    while (!waiting) scene.clock.advance(100);
    registration.refresh();
    locate = (found) => found(success([server]));
    waiting(unknown);
    scene.clock.advance(4100);
    expect(registration.status.registered).toBe(true);
  });

  test('the pause is short again after a success', () => {
    scene.serve = (request) => reply(request, 500);
    scene.registration.start();
    scene.clock.advance(3_600_000);
    scene.serve = accept;
    scene.clock.advance(60_000);
    expect(scene.statuses.at(-1)?.registered).toBe(true);
    scene.requests = [];
    scene.serve = (request) => reply(request, 500);
    scene.clock.advance(268_000 + 4000);
    expect(scene.requests.length).toBeGreaterThanOrEqual(2);
  });

  test.each([
    [503, '120', 120_000],
    [500, '90 (busy);duration=60', 90_000],
    [486, '999999999', 3_600_000],
  ])('%i with Retry-After %s waits at least so long', (status, value, pause) => {
    scene.serve = (request) => reply(request, status, [['Retry-After', value]]);
    scene.registration.start();
    scene.clock.advance(pause - 1);
    expect(scene.requests).toHaveLength(1);
    scene.clock.advance(1);
    expect(scene.requests).toHaveLength(2);
  });

  test.each([
    [403, 'refused by 192.0.2.2: 403 Forbidden'],
    [404, '192.0.2.2 does not know sip:door@example.org (404 Not Found)'],
    [408, 'refused by 192.0.2.2: 408 Request Timeout'],
  ])('%i is told in plain words and tried again', (status, reason) => {
    scene.serve = (request) => reply(request, status);
    scene.registration.start();
    scene.clock.advance(4000);
    expect(scene.statuses).toEqual([{registered: false, reason}]);
    expect(scene.requests.length).toBeGreaterThan(1);
  });

  test('a server that is silent: timeout, pause, next attempt', () => {
    scene.serve = () => undefined;
    scene.registration.start();
    scene.clock.advance(31_999);
    expect(scene.statuses).toEqual([]);
    scene.clock.advance(1);
    expect(scene.statuses).toEqual([{registered: false, reason: 'no answer from 192.0.2.2'}]);
    scene.serve = accept;
    scene.clock.advance(4000);
    expect(scene.statuses.at(-1)?.registered).toBe(true);
  });

  test('no route: told at once, tried again', () => {
    scene.network.unreachable.add(server.address);
    scene.serve = accept;
    scene.registration.start();
    scene.clock.advance(0);
    expect(scene.statuses).toEqual([{registered: false, reason: 'no route to 192.0.2.2'}]);
    scene.network.unreachable.clear();
    scene.clock.advance(4000);
    expect(scene.statuses.at(-1)?.registered).toBe(true);
  });

  test('a name that cannot be found: told, tried again; one that is never answered, too', () => {
    const answers: Found[] = [];
    scene.serve = accept;
    scene.registration = scene.newRegistration((found) => answers.push(found));
    scene.registration.start();
    answers[0]?.(failure('the name pbx.example.org is not known'));
    expect(scene.statuses.at(-1)?.reason).toBe('the name pbx.example.org is not known');
    scene.clock.advance(4000);
    expect(answers).toHaveLength(2);
    scene.clock.advance(10_000);
    expect(scene.statuses.at(-1)?.reason).toContain('no answer from name resolution');
    answers[1]?.(success([server]));
    expect(scene.requests).toHaveLength(0);
    scene.clock.advance(8000);
    answers[2]?.(success([server]));
    scene.clock.advance(0);
    expect(scene.statuses.at(-1)?.registered).toBe(true);
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
    scene.serve = (request) =>
      credentials(request) ? accept(request) : reply(request, 401, [challenge('n1')]);
    scene.registration.start();
    scene.clock.advance(1000);
    scene.serve = (request) =>
      credentials(request)?.get('nonce') === 'n2' ? accept(request) : reply(request, 401, [challenge('n2')]);
    const promise = scene.registration.stop();
    expect(await stopped(promise)).toBe(false);
    scene.clock.advance(0);
    expect(await stopped(promise)).toBe(true);
    expect(scene.expires).toEqual(['300', '300', '0', '0']);
    expect(scene.statuses.at(-1)).toEqual({registered: false, reason: 'unregistered'});
    scene.clock.advance(100_000);
    expect(scene.requests).toHaveLength(4);
    expect(scene.layer.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  test('does not wait longer than 2 s', async () => {
    scene.serve = accept;
    scene.registration.start();
    scene.clock.advance(1000);
    scene.serve = () => undefined;
    const promise = scene.registration.stop();
    scene.clock.advance(1999);
    expect(await stopped(promise)).toBe(false);
    scene.clock.advance(1);
    expect(await stopped(promise)).toBe(true);
    scene.layer.close();
    scene.clock.advance(100_000);
    expect(scene.clock.pending).toBe(0);
  });

  test('does not start again what had failed, and has nothing to unregister', async () => {
    scene.serve = (request) => reply(request, 503);
    scene.registration.start();
    scene.clock.advance(1000);
    expect(await stopped(scene.registration.stop())).toBe(true);
    scene.clock.advance(100_000);
    expect(scene.requests).toHaveLength(1);
    expect(scene.clock.pending).toBe(0);
  });

  test('waits for the answer to a REGISTER that is under way', async () => {
    let answer: (() => void) | undefined;
    scene.serve = (request) => {
      answer = () =>
        scene.layer.receive(writeMessage(accept(request)), server, {address: '192.0.2.1', port: 5060});
      return undefined;
    };
    scene.registration.start();
    scene.clock.advance(100);
    const promise = scene.registration.stop();
    expect(scene.requests).toHaveLength(1);
    scene.serve = accept;
    answer?.();
    scene.clock.advance(0);
    expect(scene.expires).toEqual(['300', '0']);
    expect(await stopped(promise)).toBe(true);
  });

  test('before it was started, twice, or with a name that is looked for: resolves, and nothing happens after', async () => {
    expect(await stopped(scene.registration.stop())).toBe(true);
    expect(await stopped(scene.registration.stop())).toBe(true);
    scene.registration.start();
    let found: Found | undefined;
    const second = scene.newRegistration((callback) => {
      found = callback;
    });
    second.start();
    expect(await stopped(second.stop())).toBe(true);
    found?.(success([server]));
    scene.clock.advance(100_000);
    expect(scene.requests).toHaveLength(0);
    expect(scene.clock.pending).toBe(0);
  });
});
