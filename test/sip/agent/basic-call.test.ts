import {expect, test} from 'vitest';
import type {SipMessage} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {CallScene, Phone} from './scene.ts';

/** The call of two stations with no server between them, from INVITE to the 200 of the BYE. */
async function basicCall(): Promise<{scene: CallScene; messages: SipMessage[]}> {
  const scene = new CallScene({
    tesla: {identity: {user: 'n.tesla', displayName: 'Nikola Tesla'}},
    marconi: {identity: {user: 'marconi'}},
  });
  const {tesla, marconi} = scene;
  marconi.onCall = (call) => call.ring();
  tesla.call('sip:marconi@tower.radio.org');
  await scene.settle();
  await scene.pass(3000);
  marconi.incoming[0]!.answer(marconi.listener);
  await scene.settle();
  await scene.pass(10_000);
  marconi.incoming[0]!.hangUp();
  await scene.settle();
  const messages = scene.network.sent.map(({text}) => {
    const parsed = parseMessage(Buffer.from(text));
    if (!parsed.ok) throw new Error(parsed.error.text);
    return parsed.value;
  });
  return {scene, messages};
}

test('the messages go in the order of RFC 3261 figure 1, each once', async () => {
  const {scene} = await basicCall();
  expect(scene.wire).toEqual([
    '1 INVITE sip:marconi@tower.radio.org',
    '2 180 Ringing',
    '2 200 OK',
    '1 ACK sip:marconi@192.0.2.2:5060',
    '2 BYE sip:n.tesla@192.0.2.1:5060',
    '1 200 OK',
  ]);
});

test('both ends hear of each other and of the end', async () => {
  const {scene} = await basicCall();
  expect(scene.tesla.told).toEqual(['ringing', 'answered 192.0.2.2:60000 sendrecv', 'ended hung-up-there']);
  expect(scene.marconi.told).toEqual(['answered 192.0.2.1:49170 sendrecv', 'ended hung-up-here']);
  expect(scene.tesla.ports[0]?.streams).toEqual([
    {
      remote: {address: '192.0.2.2', port: 60000},
      codec: 'G722',
      payloadType: 9,
      telephoneEvent: 101,
      comfortNoise: 13,
      receives: {
        formats: [
          {codec: 'G722', payloadType: 9},
          {codec: 'PCMU', payloadType: 0},
          {codec: 'PCMA', payloadType: 8},
        ],
        telephoneEvent: 101,
      },
      direction: 'sendrecv',
      packetTime: 20,
      rtcp: {multiplexed: true, address: undefined, port: 60001, voipMetrics: true},
      security: undefined,
    },
  ]);
  expect(scene.marconi.ports[0]?.streams).toMatchObject([{remote: {address: '192.0.2.1', port: 49170}}]);
});

test('nothing is left when the transactions have ended', async () => {
  const {scene} = await basicCall();
  await scene.pass(40_000);
  expect([scene.tesla.leftovers, scene.marconi.leftovers, scene.clock.pending]).toEqual([0, 0, 0]);
});

test('names, tags, sequence numbers and hops are as the RFC has them', async () => {
  const {messages} = await basicCall();
  const [invite, ringing, ok, ack, bye, byeOk] = messages as [
    SipMessage,
    SipMessage,
    SipMessage,
    SipMessage,
    SipMessage,
    SipMessage,
  ];
  expect(new Set(messages.map(({callId}) => callId)).size).toBe(1);
  expect(messages.map(({cseq}) => `${cseq.number} ${cseq.method}`)).toEqual([
    '1 INVITE',
    '1 INVITE',
    '1 INVITE',
    '1 ACK',
    '1 BYE',
    '1 BYE',
  ]);
  for (const message of messages) {
    expect(message.via.branch).toMatch(/^z9hG4bK/);
    if (message.kind === 'request') expect(message.headers.get('Max-Forwards')).toBe('70');
  }
  const caller = invite.from.tag;
  const called = ringing.to.tag;
  expect(invite.to.tag).toBeUndefined();
  expect(invite.headers.get('From')).toMatch(/^"Nikola Tesla" <sip:n\.tesla@192\.0\.2\.1>;tag=/);
  expect(called).toMatch(/^[0-9a-f]{16}$/);
  expect([ok.from.tag, ok.to.tag]).toEqual([caller, called]);
  expect([ack.from.tag, ack.to.tag]).toEqual([caller, called]);
  // The BYE comes from the called side: From and To are turned round.
  expect([bye.from.tag, bye.to.tag]).toEqual([called, caller]);
  expect([byeOk.from.tag, byeOk.to.tag]).toEqual([called, caller]);
  expect(ack.via.branch).not.toBe(invite.via.branch);
  expect(invite.headers.get('Content-Type')).toBe('application/sdp');
  expect(ok.headers.get('Content-Type')).toBe('application/sdp');
  expect(ringing.body).toHaveLength(0);
  for (const message of [invite, ringing, ok]) expect(message.contact?.uri.host).toMatch(/^192\.0\.2\.[12]$/);
});

test('the answering side adds received and rport to the Via', async () => {
  const {messages} = await basicCall();
  expect(messages[1]?.via).toMatchObject({received: '192.0.2.1', rport: 5060});
});

test('the same over IPv6', async () => {
  const scene = new CallScene();
  const caller = new Phone(scene.network, scene.clock, '2001:db8::1', {rtp: 49170});
  const called = new Phone(scene.network, scene.clock, '2001:db8::2', {rtp: 60000});
  called.onCall = (call) => call.answer(called.listener);
  const call = caller.call('2001:db8::2');
  await scene.pass(1000);
  expect(caller.told).toEqual(['answered 2001:db8::2:60000 sendrecv']);
  expect(called.incoming[0]?.caller).toMatchObject({uri: 'sip:doorline@[2001:db8::1]', verified: true});
  expect(scene.network.sent[0]?.text).toMatch(/\r\nc=IN IP6 2001:db8::1\r\n/);
  call.hangUp();
  await scene.pass(40_000);
  expect([caller.leftovers, called.leftovers, scene.clock.pending]).toEqual([0, 0, 0]);
});

test('a station that calls itself talks to itself', async () => {
  const scene = new CallScene();
  const {tesla} = scene;
  tesla.onCall = (call) => call.answer(tesla.listener);
  const call = tesla.call('192.0.2.1');
  await scene.pass(1000);
  expect(tesla.told).toEqual(['answered 192.0.2.1:49170 sendrecv', 'answered 192.0.2.1:49172 sendrecv']);
  call.hangUp();
  await scene.pass(40_000);
  expect([tesla.leftovers, scene.clock.pending]).toEqual([0, 0]);
});
