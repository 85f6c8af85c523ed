import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {freePort} from '../support/ports.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {secondsOfTone} from '../support/tone.ts';
import {readWav} from '../support/wav.ts';

const speech = makeSpeech(2, 21);
const bell = {name: 'bell', input: 'button-1'};

/** Rings, then says no to everything. */
const decline = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="decline">
  <recv request="INVITE"/>
  <send><![CDATA[
SIP/2.0 603 Decline
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <recv request="ACK"/>
</scenario>
`;

interface CallRecord {
  result: string;
  text: string;
  legs: {target: string; result: string}[];
}

async function newestCall(station: TestStation): Promise<CallRecord> {
  const [record] = await station.get<CallRecord[]>('/api/calls');
  return record!;
}

async function light(station: TestStation): Promise<string> {
  return (await station.get<{light: string}>('/api/status')).light;
}

test('two phones ring together: one answers, the other is told that the call was answered elsewhere', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech});
  const office = await Baresip.start(run, {user: 'office', says: speech});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [kitchen.uri, office.uri], ring: 'together'}],
  });
  await station.press();
  await kitchen.waitFor('CALL_INCOMING');
  await office.waitFor('CALL_INCOMING');
  await office.accept();
  await station.waitForState('talking');
  await kitchen.waitFor('CALL_CLOSED');
  await office.hangUp();
  await station.waitForState('idle');

  const {result, legs} = await newestCall(station);
  expect(result).toBe('answered');
  expect(legs.map((leg) => leg.result)).toEqual(['answered-elsewhere', 'answered']);
  const cancel = (await station.ladder()).find(({message}) => message.startsWith('CANCEL '));
  expect(cancel?.message).toMatch(/^Reason: SIP\s*;\s*cause=200/m);
});

test('in turn: the first does not answer in its time, the second does', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech});
  const office = await Baresip.start(run, {user: 'office', says: speech});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [kitchen.uri, office.uri], ring: 'in-turn', ring_seconds: 5}],
  });
  await station.press();
  await kitchen.waitFor('CALL_INCOMING');
  expect(office.events.some(({type}) => type === 'CALL_INCOMING')).toBe(false);
  await kitchen.waitFor('CALL_CLOSED', {timeout: 15_000});
  await office.waitFor('CALL_INCOMING', {timeout: 15_000});
  await office.accept();
  await station.waitForState('talking');
  await station.hangUp();
  await station.waitForState('idle');
  const {legs} = await newestCall(station);
  expect(legs.map((leg) => leg.result)).toEqual(['no-answer', 'answered']);
});

test('nobody answers: the journal, the log and the light say so', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech});
  const station = await TestStation.start(run, {buttons: [{...bell, call: [kitchen.uri], ring_seconds: 5}]});
  await station.press();
  await station.waitForState('ringing');
  const ended = await station.waitForEntry('call-ended', 0, 20_000);
  expect(ended['result']).toBe('no-answer');
  await station.process.waitUntil('the light is red', async () => (await light(station)) === 'failed');
  expect(await station.state()).toBe('idle');
});

test('a second press while it rings cancels the call', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech});
  const station = await TestStation.start(run, {buttons: [{...bell, call: [kitchen.uri]}]});
  await station.press();
  await station.waitForState('ringing');
  await pause(600);
  await station.press();
  await kitchen.waitFor('CALL_CLOSED');
  await station.waitForState('idle');
  expect((await newestCall(station)).result).toBe('cancelled');
});

test('a phone that is busy: result, light, sound and journal say so', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const heard = join(run.folder, 'heard.wav');
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [kitchen.uri]}],
    audio: {speaker: `file:${heard}`},
  });
  await station.press();
  await kitchen.waitFor('CALL_INCOMING');
  await pause(500);
  // baresip refuses with 486 Busy Here.
  await kitchen.hangUp();
  const ended = await station.waitForEntry('call-ended');
  expect(ended['result']).toBe('busy');
  expect(ended['reason']).toMatch(/busy/i);
  await station.process.waitUntil('the light is red', async () => (await light(station)) === 'failed');
  await pause(2500);
  await station.stop();
  const sound = readWav(heard);
  expect(secondsOfTone(sound, 1000), 'the beep of the press').toBeGreaterThan(0);
  expect(secondsOfTone(sound, 425), 'the busy tone').toBeGreaterThan(0.8);
});

test('somebody says no: refused', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: {name: 'decline', xml: decline}});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [`sip:kitchen@127.0.0.1:${sipp.port}`]}],
  });
  await station.press();
  const ended = await station.waitForEntry('call-ended');
  expect(ended['result']).toBe('refused');
  await station.process.waitUntil('the light is red', async () => (await light(station)) === 'failed');
  expect((await sipp.result()).errors).toBe('');
});

test('nobody there: unreachable, once its ringing time is over', async (context) => {
  const run = startRun(context);
  const port = await freePort();
  const heard = join(run.folder, 'heard.wav');
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [`sip:kitchen@127.0.0.1:${port}`]}],
    audio: {speaker: `file:${heard}`, tones: 'gb'},
  });
  await station.press();
  const ended = await station.waitForEntry('call-ended', 0, 40_000);
  expect(ended['result']).toBe('unreachable');
  expect(ended['reason']).toContain('127.0.0.1');
  await station.process.waitUntil('the light is red', async () => (await light(station)) === 'failed');
  await pause(1500);
  await station.stop();
  expect(secondsOfTone(readWav(heard), 400), 'congestion: 400 Hz alone').toBeGreaterThan(0.2);
});

test('one dead target delays nobody: the other rings at once, and the silent one is named', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  run.atEnd(() => void silent.close());
  const kitchen = await Baresip.start(run, {user: 'kitchen', says: speech, autoAnswer: true});
  const station = await TestStation.start(run, {
    buttons: [{...bell, call: [`sip:dead@127.0.0.1:${silent.address().port}`, kitchen.uri]}],
  });
  await station.press();
  await station.waitForState('talking', 3000);
  await station.hangUp();
  await station.waitForState('idle');
  expect((await newestCall(station)).legs[1]?.result).toBe('answered');
});
