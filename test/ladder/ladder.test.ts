import fc from 'fast-check';
import {expect, test} from 'vitest';
import {findCalls} from '../../firmware/ladder/calls.ts';
import {openCapture} from '../../firmware/ladder/capture.ts';
import {formatLadder, Ladder, type LadderStep} from '../../firmware/ladder/ladder.ts';
import {summarize} from '../../firmware/ladder/message-summary.ts';
import {ipPacket, pcap} from './capture-bytes.ts';

const door = '192.0.2.1:5060';
const phone = '192.0.2.2:5060';
const proxy = '192.0.2.9:5060';

function message(startLine: string, cseq: string, more = ''): string {
  return `${startLine}\r\nCall-ID: one\r\nFrom: "Door" <sip:door@192.0.2.1>;tag=a\r\nTo: <sip:101@192.0.2.2>\r\nCSeq: ${cseq}\r\n${more}\r\n`;
}

const sdp = 'Content-Type: application/sdp\r\n';
const invite = message('INVITE sip:101@192.0.2.2 SIP/2.0', '1 INVITE', sdp);
const ringing = message('SIP/2.0 180 Ringing', '1 INVITE');
const ok = message('SIP/2.0 200 OK', '1 INVITE', sdp);
const ack = message('ACK sip:101@192.0.2.2 SIP/2.0', '1 ACK');

const call: LadderStep[] = [
  {at: 1000, from: door, to: phone, message: invite},
  {at: 1500, from: door, to: phone, message: invite},
  {at: 1504.4, from: phone, to: door, message: ringing},
  {at: 3210, from: phone, to: door, message: ok},
  {at: 3211, from: door, to: phone, message: ack},
];

test('a call as a ladder', () => {
  expect(formatLadder(call, {width: 80, colour: false})).toMatchInlineSnapshot(`
    "                     192.0.2.1:5060                    192.0.2.2:5060
        0.000                   │─────── INVITE with SDP ────────>│
        0.500                   │──── INVITE with SDP again ─────>│
        0.504                   │<──── 180 Ringing to INVITE ─────│
        2.210                   │<── 200 OK to INVITE with SDP ───│
        2.211                   │───────────── ACK ──────────────>│
    "
  `);
});

test('messages pass the columns between; long labels are clipped', () => {
  const steps = [
    {at: 0, from: door, to: proxy, message: invite},
    {at: 1, from: proxy, to: phone, message: invite},
    {at: 2, from: phone, to: door, message: ok},
    {at: 3, from: door, to: door, message: ack},
  ];
  expect(formatLadder(steps, {width: 71, colour: false})).toMatchInlineSnapshot(`
    "              192.0.2.1:5060      192.0.2.9:5060      192.0.2.2:5060
        0.000            │─ INVITE with … ──>│                   │
        0.001            │                   │─ INVITE with … ──>│
        0.002            │<───── 200 OK to INVITE with SDP ──────│
        0.003            │ ACK               │                   │
    "
  `);
});

test('a line too short for columns is written as text', () => {
  expect(formatLadder(call.slice(2, 3), {width: 30, colour: false})).toBe(
    `    0.000  ${phone} > ${door}  180 Ringing to INVITE\n`,
  );
});

test('live, a new address brings new heads', () => {
  const ladder = new Ladder({width: 80, colour: false});
  expect(ladder.add(call[0]!)).toHaveLength(2);
  expect(ladder.add(call[2]!)).toHaveLength(1);
  expect(ladder.add({at: 9, from: proxy, to: door, message: ack})[0]).toContain(proxy);
});

test('colour tells the class of a status, and takes no width', () => {
  const busy = {at: 0, from: phone, to: door, message: message('SIP/2.0 486 Busy Here', '1 INVITE')};
  const coloured = formatLadder([busy], {width: 80, colour: true});
  expect(coloured).toMatch(/\x1b\[31m─+ 486 Busy Here to INVITE ─+>\x1b\[0m/);
  expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(formatLadder([busy], {width: 80, colour: false}));
});

test('what is no SIP message is shown by its first words, and nothing disturbs the terminal', () => {
  expect(summarize('hello\r\nthere')).toEqual({label: 'hello', status: undefined});
  expect(summarize('SIP/2.0 200 \x1b[2Jfine\u202e\r\n').label).toBe('200 ?[2Jfine?');
  expect(summarize('')).toEqual({label: '', status: undefined});
});

test('any message fits its line', () => {
  const text = fc.oneof(fc.string({unit: 'binary', maxLength: 200}), fc.constantFrom(invite, ok));
  const address = fc.constantFrom(door, phone, proxy, '[2001:db8::1234:5678:9abc:def0]:5060');
  const step = fc.record({at: fc.integer({min: 0, max: 60_000}), from: address, to: address, message: text});
  fc.assert(
    fc.property(fc.array(step, {maxLength: 8}), fc.integer({min: 84, max: 200}), (steps, width) => {
      for (const line of formatLadder(steps, {width, colour: false}).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      }
    }),
  );
});

test('the calls of a capture, each with its messages; the rest is counted', () => {
  const frame = (at: number, text: string, from = '192.0.2.1', to = '192.0.2.2') => ({
    at,
    bytes: ipPacket(from, 5060, to, 5060, text),
  });
  const tcp = Buffer.from(ipPacket('192.0.2.1', 5060, '192.0.2.2', 5060, 'stream'));
  tcp[9] = 6;
  const register = message('REGISTER sip:192.0.2.2 SIP/2.0', '1 REGISTER').replace('one', 'three');
  const secret = 'Authorization: Digest username="door", response="0123456789abcdef"\r\n';
  const frames = [
    frame(1000, message('INVITE sip:101@192.0.2.2 SIP/2.0', '2 INVITE', secret)),
    frame(1001, '\x80\x00RTP or anything else'),
    frame(1002, invite.replace('one', 'two')),
    frame(1003, ok, '192.0.2.2', '192.0.2.1'),
    frame(1004, register),
    {at: 1005, bytes: tcp},
  ];
  const opened = openCapture(pcap(101, frames));
  const found = findCalls(opened.ok ? opened.value : expect.fail());
  expect(found.calls.map(({callId, steps}) => [callId, steps.length])).toEqual([
    ['one', 2],
    ['two', 1],
  ]);
  expect(found.calls[0]).toMatchObject({from: 'sip:door@192.0.2.1', to: 'sip:101@192.0.2.2'});
  expect(found.calls[0]!.steps[0]).toMatchObject({at: 1000, from: door, to: phone});
  expect(found.calls[0]!.steps[0]!.message).not.toContain('0123456789abcdef');
  expect(found.notes).toEqual([
    '1 other SIP exchange such as registrations: not shown',
    '1 TCP packet not read',
  ]);
});
