import {expect, test} from 'vitest';
import type {Result} from '../../firmware/base/result.ts';
import {addressValue, type SocketAddress} from '../../firmware/stun/attributes/address.ts';
import {readText} from '../../firmware/stun/attributes/text.ts';
import type {Binding, BindingFailure, BindingQuestion} from '../../firmware/stun/binding.ts';
import {StunClient} from '../../firmware/stun/client.ts';
import {IntegrityKey} from '../../firmware/stun/integrity-key.ts';
import {attributeType} from '../../firmware/stun/types.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {seededBytes} from '../support/fake-network.ts';
import {LongTermServer, mappedTo, refusal, request, response} from './fake-server.ts';

const server: SocketAddress = {address: '198.51.100.1', port: 3478};
const mapped: SocketAddress = {address: '203.0.113.7', port: 40_001};

/** A client whose datagrams a test answers. */
function scene(answer: (bytes: Uint8Array, to: SocketAddress) => Uint8Array | undefined = () => undefined) {
  const clock = new FakeClock();
  const sent: {at: number; to: SocketAddress; bytes: Uint8Array}[] = [];
  const results: Result<Binding, BindingFailure>[] = [];
  const client = new StunClient({
    clock,
    random: seededBytes(1),
    send(bytes, to) {
      sent.push({at: clock.now(), to, bytes});
      const answered = answer(bytes, to);
      if (answered) clock.after(0, () => client.receive(answered, to));
    },
  });
  const ask = (question: Partial<BindingQuestion> = {}) =>
    client.bind({server, ...question}, (result) => results.push(result));
  return {clock, sent, results, client, ask};
}

function failed(results: Result<Binding, BindingFailure>[]) {
  expect(results).toHaveLength(1);
  const [result] = results;
  return result?.ok ? undefined : result?.error;
}

test('a binding', () => {
  const {clock, sent, results, client, ask} = scene((bytes) =>
    mappedTo(bytes, mapped, [
      [attributeType.otherAddress, addressValue({address: '198.51.100.2', port: 3479})],
    ]),
  );
  ask();
  expect(results).toEqual([]);
  clock.advance(1);
  expect(results).toEqual([
    {ok: true, value: {mapped, from: server, other: {address: '198.51.100.2', port: 3479}}},
  ]);
  expect(readText(request(sent[0]!.bytes), attributeType.software)).toBe('Doorline');
  clock.advance(100_000);
  expect([results.length, sent.length, client.size, clock.pending]).toEqual([1, 1, 0, 0]);
});

test('repetition as in section 6.2.1, always the same bytes, and the end after 39.5 s', () => {
  const {clock, sent, results, ask} = scene();
  ask();
  clock.advance(39_499);
  expect(sent.map(({at}) => at)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  expect(new Set(sent.map(({bytes}) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
  expect(results).toEqual([]);
  clock.advance(1);
  expect(failed(results)).toEqual({
    code: 'timeout',
    text: 'the STUN server 198.51.100.1:3478 does not answer',
  });
});

test('an answer to a repetition ends the repeating', () => {
  let count = 0;
  const {clock, sent, results, ask} = scene((bytes) => (++count === 3 ? mappedTo(bytes, mapped) : undefined));
  ask();
  clock.advance(60_000);
  expect(sent).toHaveLength(3);
  expect(results[0]?.ok).toBe(true);
});

test('what answers no question, is damaged or comes twice changes nothing', () => {
  const {clock, sent, results, client, ask} = scene();
  ask();
  const good = mappedTo(sent[0]!.bytes, mapped);
  const strange = Uint8Array.from(good);
  strange[10]! ^= 1;
  const damaged = Uint8Array.from(good);
  damaged[31]! ^= 1;
  expect(client.receive(strange, server)).toBe(true);
  expect(client.receive(damaged, server)).toBe(true);
  expect(client.receive(sent[0]!.bytes, server)).toBe(true);
  expect(client.receive(Buffer.from('OPTIONS sip:door@x SIP/2.0'), server)).toBe(false);
  expect(results).toEqual([]);
  client.receive(good, server);
  client.receive(good, server);
  clock.advance(60_000);
  expect(results).toHaveLength(1);
});

test('nobody is told of what was cancelled', () => {
  const {clock, sent, results, client, ask} = scene();
  ask().cancel();
  ask();
  client.close();
  client.receive(mappedTo(sent[0]!.bytes, mapped), server);
  clock.advance(60_000);
  expect([results.length, client.size, clock.pending]).toEqual([0, 0, 0]);
});

test('an answer with an attribute that must be understood and is not', () => {
  const {clock, results, ask} = scene((bytes) =>
    mappedTo(bytes, mapped, [[0x7abc, Uint8Array.of(1, 2, 3, 4)]]),
  );
  ask();
  clock.advance(1);
  expect(failed(results)).toMatchObject({
    code: 'unknown-attributes',
    text: expect.stringContaining('0x7abc'),
  });
});

test('one that may be passed over does no harm', () => {
  const {clock, results, ask} = scene((bytes) => mappedTo(bytes, mapped, [[0xfabc, Uint8Array.of(1)]]));
  ask();
  clock.advance(1);
  expect(results[0]?.ok).toBe(true);
});

test.each([
  [400, 'refused', '400 No'],
  [401, 'credentials', 'asks for a user name'],
  [500, 'refused', '500 No'],
])('an error %i', (code, kind, words) => {
  const {clock, results, ask} = scene((bytes) => refusal(bytes, code));
  ask();
  clock.advance(1);
  expect(failed(results)).toMatchObject({code: kind, text: expect.stringContaining(words)});
});

test('420 names what the server did not understand', () => {
  const {clock, results, ask} = scene((bytes) =>
    refusal(bytes, 420, [[attributeType.unknownAttributes, Uint8Array.of(0, 3)]]),
  );
  ask({change: {address: true, port: true}});
  clock.advance(1);
  expect(failed(results)?.text).toContain('0x0003');
});

test.each([
  ['an answer without an address', (bytes: Uint8Array) => response(bytes, [])],
  ['an answer with port 0', (bytes: Uint8Array) => mappedTo(bytes, {address: '203.0.113.7', port: 0})],
  [
    'an answer with no address of anybody',
    (bytes: Uint8Array) => mappedTo(bytes, {address: '0.0.0.0', port: 7}),
  ],
  ['an error without a code', (bytes: Uint8Array) => response(bytes, [], {class: 0x110})],
])('%s', (_, answer) => {
  const {clock, results, ask} = scene(answer);
  ask();
  clock.advance(1);
  expect(failed(results)?.code).toBe('bad-response');
});

test('an alternate server is asked, two of them at most, none twice', () => {
  const to = (address: string, bytes: Uint8Array) =>
    refusal(bytes, 300, [[attributeType.alternateServer, addressValue({address, port: 3478})]]);
  const twice = scene((bytes, {address}) =>
    address === server.address ? to('198.51.100.2', bytes) : mappedTo(bytes, mapped),
  );
  twice.ask();
  twice.clock.advance(1);
  expect(twice.results[0]).toMatchObject({ok: true, value: {from: {address: '198.51.100.2'}}});

  const circle = scene((bytes, {address}) =>
    to(address === server.address ? '198.51.100.2' : server.address, bytes),
  );
  circle.ask();
  circle.clock.advance(1);
  expect([failed(circle.results)?.code, circle.sent.length]).toEqual(['redirected', 2]);

  let last = 1;
  const endless = scene((bytes) => to(`198.51.100.${++last}`, bytes));
  endless.ask();
  endless.clock.advance(1);
  expect([failed(endless.results)?.code, endless.sent.length]).toEqual(['redirected', 3]);
});

const credentials = {kind: 'long-term', user: 'door', password: 'door-secret'} as const;

test.each([
  ['MD5', undefined],
  ['SHA-256', Uint8Array.of(0, 1, 0, 0, 0, 2, 0, 0)],
])('long-term credentials with %s: 401, then success', (_, algorithms) => {
  const strict = new LongTermServer('door', 'door-secret');
  strict.algorithms = algorithms;
  const {clock, results, client, ask} = scene((bytes) => strict.answer(bytes, mapped));
  ask({credentials});
  clock.advance(1);
  expect(strict.answered).toEqual([401, 200]);
  expect(results).toMatchObject([{ok: true, value: {mapped}}]);
  expect([client.size, clock.pending]).toEqual([0, 0]);
});

test('a stale nonce is replaced; a server that calls every nonce stale is left', () => {
  const scenes = [1, 99].map((stale) => {
    const strict = new LongTermServer('door', 'door-secret');
    let answers = 0;
    return scene((bytes) => {
      const answer = strict.answer(bytes, mapped);
      if (++answers <= stale) strict.nonce = `nonce-${answers + 1}`;
      return answer;
    });
  });
  for (const {clock, ask} of scenes) {
    ask({credentials});
    clock.advance(1);
  }
  expect(scenes[0]!.results[0]?.ok).toBe(true);
  expect(failed(scenes[1]!.results)?.code).toBe('credentials');
  expect(scenes[1]!.sent.length).toBeLessThan(6);
});

test('a wrong password is tried once', () => {
  const strict = new LongTermServer('door', 'another');
  const {clock, results, ask} = scene((bytes) => strict.answer(bytes, mapped));
  ask({credentials});
  clock.advance(1);
  expect(strict.answered).toEqual([401, 401]);
  expect(failed(results)?.text).toBe('the STUN server 198.51.100.1:3478 refused user name or password');
});

test('a nonce that promises a list of algorithms which is not there: somebody took it out', () => {
  const strict = new LongTermServer('door', 'door-secret');
  strict.nonce = `obMatJos2${Buffer.of(0x80, 0, 0).toString('base64')}abc`;
  const {clock, results, ask} = scene((bytes) => strict.answer(bytes, mapped));
  ask({credentials});
  clock.advance(1);
  expect(strict.answered).toEqual([401]);
  expect(failed(results)?.code).toBe('credentials');
});

test('short-term credentials: an answer without the right integrity is not believed', () => {
  const key = new IntegrityKey(Buffer.from('shared'));
  const shared = {kind: 'short-term', user: 'door', password: 'shared'} as const;
  const answered = (sign: object) => {
    const made = scene((bytes) =>
      response(bytes, [[attributeType.mappedAddress, addressValue(mapped)]], sign),
    );
    made.ask({credentials: shared});
    made.clock.advance(60_000);
    return made;
  };
  expect(answered({sha1: key}).results[0]?.ok).toBe(true);
  expect(answered({sha256: key}).results[0]?.ok).toBe(true);
  expect(failed(answered({}).results)?.code).toBe('credentials');
  expect(failed(answered({sha1: new IntegrityKey(Buffer.from('guess'))}).results)?.code).toBe('credentials');
});
