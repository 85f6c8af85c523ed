import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {success} from '../../../firmware/base/result.ts';
import {RegistrationScene, reply, server} from './registration-scene.ts';

/** Whatever a registrar answers, nothing is thrown, the pauses stay within their bounds, and it ends when it is told to. */

const headers = [
  'Service-Route',
  'Path',
  'Require',
  'Flow-Timer',
  'Expires',
  'Min-Expires',
  'Retry-After',
  'Contact',
  'WWW-Authenticate',
];
const word = fc.oneof(
  fc.string({unit: fc.constantFrom(...'<>;:@=",. 019afsip'), maxLength: 30}),
  fc.constantFrom(
    'outbound',
    '<sip:edge;lr>',
    '<sip:edge>, <sips:home;lr>',
    '<tel:1>',
    '0',
    '-1',
    '99999999999',
    '3',
  ),
);
const answer = fc.record({
  status: fc.oneof(fc.constant(200), fc.constantFrom(100, 299, 302, 401, 407, 423, 439, 480, 500, 503, 606)),
  headers: fc.array(fc.tuple(fc.constantFrom(...headers), word), {maxLength: 6}),
});

test('any answers in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, {minLength: 1, maxLength: 8}), async (answers) => {
      const scene = new RegistrationScene();
      let count = 0;
      scene.serve = (request) => {
        const {status, headers: lines} = answers[count++ % answers.length]!;
        return reply(request, status, lines);
      };
      const registration = scene.newRegistration((found) => found(success([server])), {
        instance: 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6',
      });
      registration.start();
      scene.clock.advance(600_000);
      const {attempts, nextAttempt} = registration.times;
      // One each two seconds at most, whatever it asks for.
      expect(attempts).toBeLessThanOrEqual(300);
      expect(registration.routes.length).toBeLessThanOrEqual(32);
      if (nextAttempt !== undefined)
        expect(nextAttempt - scene.clock.wallTime()).toBeLessThanOrEqual(86_400_000);
      void registration.stop();
      scene.clock.advance(40_000);
      expect(registration.status).toEqual({registered: false, reason: 'unregistered'});
      scene.clock.advance(40_000);
      expect(scene.clock.pending).toBe(0);
    }),
    {numRuns: 300},
  );
});
