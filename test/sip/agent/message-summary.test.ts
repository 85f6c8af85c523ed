import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type MessageSummary, parseMessageSummary} from '../../../firmware/sip/agent/message-summary.ts';
import {CallScene} from './scene.ts';

const bytes = (...lines: string[]) => new TextEncoder().encode(lines.join('\r\n'));

test.each<[string[], MessageSummary]>([
  [['Messages-Waiting: yes', 'Voice-Message: 4/8 (1/2)', ''], {waiting: true, new: 4, old: 8}],
  [['messages-waiting:NO'], {waiting: false, new: null, old: null}],
  [
    [
      'Messages-Waiting: yes',
      'Message-Account: sip:door@example.org',
      'Voice-Message: 2/8 (0/2)',
      'fax-message : 1 / 0',
      '',
      'Fax-Message: 9/9',
    ],
    {waiting: true, new: 3, old: 8},
  ],
  [['Messages-Waiting: yes', 'Voice-Message: many'], {waiting: true, new: null, old: null}],
])('%j', (lines, summary) => {
  expect(parseMessageSummary(bytes(...lines))).toEqual(summary);
});

test.each([[''], ['Voice-Message: 1/1'], ['Messages-Waiting: maybe'], [' Messages-Waiting: yes']])(
  'no summary: %j',
  (text) => {
    expect(parseMessageSummary(bytes(text))).toBeUndefined();
  },
);

test('never throws, and counts are whole numbers in bounds', () => {
  const part = fc.constantFrom(
    'Messages-Waiting: yes\r\n',
    'Voice-Message:',
    'x-Message: ',
    '1',
    '/',
    '9'.repeat(10),
    ' ',
    '\r\n',
    '-',
  );
  const near = fc
    .array(part, {maxLength: 60})
    .map((parts) => bytes(`Messages-Waiting: no\n${parts.join('')}`));
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({maxLength: 4000})), (body) => {
      const summary = parseMessageSummary(body);
      if (!summary || summary.new === null) return;
      expect(Number.isSafeInteger(summary.new) && Number.isSafeInteger(summary.old)).toBe(true);
      expect(summary.new).toBeGreaterThanOrEqual(0);
    }),
  );
});

/** Tesla, registered at a scripted server. */
async function registered() {
  const account = {
    name: 'house',
    uri: 'sip:tesla@pbx.example.org',
    user: 'tesla',
    password: 'secret',
    registrars: ['sip:pbx.example.org'],
    expires: 300,
  };
  const all = new CallScene({tesla: {accounts: [account]}});
  const server = all.peer();
  const told: unknown[] = [];
  all.tesla.agent.onMailbox = (...change) => told.push(change);
  all.tesla.agent.start();
  await all.settle();
  const register = server.request('REGISTER');
  await server.respond(register, 200, {headers: {Contact: register.headers.get('Contact')!, Expires: '300'}});
  let sequence = 0;
  const notify = async (peer: typeof server, text: string, headers: Record<string, string> = {}) => {
    sequence += 1;
    await peer.ask('NOTIFY', sequence, {
      callId: `notify-${sequence}`,
      headers: {Event: 'message-summary', 'Subscription-State': 'active', ...headers},
      ...(text === '' ? {} : {body: bytes(text), type: 'application/simple-message-summary'}),
    });
    return peer.response().status;
  };
  return {all, server, told, notify};
}

const two = {waiting: true, new: 2, old: 5};

test("the account's server tells without being asked; only changes are told", async () => {
  const {all, server, told, notify} = await registered();
  const {agent} = all.tesla;
  expect(agent.accounts[0]?.messages).toBeUndefined();
  for (let count = 0; count < 2; count++) {
    expect(await notify(server, 'Messages-Waiting: yes\r\nVoice-Message: 2/5\r\n')).toBe(200);
  }
  expect(agent.accounts[0]?.messages).toEqual(two);
  expect(await notify(server, '', {'Subscription-State': 'terminated'})).toBe(200);
  expect(await notify(server, 'Messages-Waiting: no')).toBe(200);
  const none = {waiting: false, new: null, old: null};
  expect(told).toEqual([
    ['house', two, undefined],
    ['house', none, two],
  ]);
});

test('nobody else is believed, and nothing else is taken', async () => {
  const {all, server, told, notify} = await registered();
  expect(await notify(all.peer('192.0.2.66'), 'Messages-Waiting: yes')).toBe(481);
  expect(await notify(server, 'Messages-Waiting: yes', {Event: 'dialog'})).toBe(489);
  expect(server.response().headers.get('Allow-Events')).toBe('message-summary');
  expect(await notify(server, 'nonsense')).toBe(400);
  expect(await notify(server, 'Messages-Waiting: yes', {'Content-Encoding': 'gzip'})).toBe(415);
  expect(told).toEqual([]);
});
