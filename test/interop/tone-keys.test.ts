import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {hopSamples} from '../../firmware/audio/dual-tone.ts';
import {KeyToneDetector} from '../../firmware/audio/key-tones.ts';
import {Asterisk} from '../support/peers/asterisk.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type StationSettings, TestStation} from '../support/station.ts';
import {readWav, type Sound} from '../support/wav.ts';

/** An Asterisk that knows of no telephone-event, and a station that is registered there. */
async function house(run: Run, settings: StationSettings) {
  const password = 'door-secret';
  const phones = {door: {password, keys: 'inband'}} as const;
  const server = await Asterisk.start(run, {phones, says: makeSpeech(8, 81)});
  const registrar = `sip:127.0.0.1:${server.port}`;
  const station = await TestStation.start(run, {
    ...settings,
    sip: {
      accounts: [{name: 'house', uri: 'sip:door@127.0.0.1', password, registrar}],
      domain: '127.0.0.1',
    },
  });
  await station.waitForEntry('account-registered');
  return {server, station};
}

const front = {name: 'front', output: 'relay-1', open_seconds: 0.5};

async function kindsAfterCalling(station: TestStation, number: string, seconds: number): Promise<string[]> {
  const response = await station.send('POST', '/api/calls', {to: number});
  expect(response.status, await response.text()).toBe(200);
  await station.waitForState('talking');
  await pause(seconds * 1000);
  await station.hangUp();
  await station.waitForState('idle');
  return (await station.journal()).map(({kind}) => kind);
}

test('Asterisk presses 159# as tones in the sound: the door opens, once', async (context) => {
  requirePeers(context, 'asterisk');
  const {station} = await house(startRun(context), {doors: [{...front, code: '159#'}]});
  const kinds = await kindsAfterCalling(station, '106', 3);
  expect(kinds.filter((kind) => kind === 'door-opened')).toHaveLength(1);
  expect(kinds).not.toContain('wrong-code');
  const [call] = await station.get<{id: number; keysHeard: number}[]>('/api/calls');
  expect(call!.keysHeard).toBe(4);
  const ladder = await station.get<{message: string}[]>(`/api/calls/${call!.id}/ladder`);
  const answer = ladder.find(({message}) => /^SIP\/2\.0 200/.test(message))!.message;
  expect(answer).toMatch(/^m=audio /m);
  expect(answer).not.toMatch(/telephone-event/);
});

test('who may open no door does not by tones either', async (context) => {
  requirePeers(context, 'asterisk');
  const doors = [{...front, code: '159#', from: ['sip:somebody@192.0.2.1']}];
  const {station} = await house(startRun(context), {doors});
  const kinds = await kindsAfterCalling(station, '106', 3);
  expect(kinds).toContain('keys-ignored');
  expect(kinds).not.toContain('door-opened');
});

test('Asterisk plays speech: no key is heard', async (context) => {
  requirePeers(context, 'asterisk');
  const {station} = await house(startRun(context), {doors: [{...front, code: '7'}]});
  await kindsAfterCalling(station, '102', 6);
  expect(await station.get('/api/calls')).toMatchObject([{keysHeard: 0}]);
});

const text = `The visitor stands at the door and waits for somebody to answer. Numbers: one, two, three, four, five, six,
seven, eight, nine, zero, star, hash. Who is there? I have a parcel for the second floor, please open. Ooh, aah, eee, mmm,
hello, hello, can you hear me? I will leave it with the neighbours, thank you, and goodbye. Wo wohnt hier Frau Müller? `;

test.for(['en-gb', 'en-us+f3', 'de+m2', 'fr+f2', 'it+m4', 'pl+f4'])(
  '%s: a voice speaks for minutes and no key is heard',
  async (voice, context) => {
    requirePeers(context, 'espeak-ng');
    const run = startRun(context);
    const file = join(run.folder, 'voice.wav');
    const speaking = run.processes.start(peerProgram('espeak-ng'), ['-v', voice, '-w', file, text.repeat(8)]);
    expect(await speaking.waitForExit(60_000)).toBe(0);
    const {samples} = atTelephoneRate(readWav(file));
    expect(samples.length / 8000).toBeGreaterThan(120);
    for (const gain of [0.2, 1, 2.5]) expect(keysIn(samples, gain)).toBe('');
  },
);

function keysIn(samples: Int16Array, gain: number): string {
  const sound = samples.map((sample) => Math.max(-32768, Math.min(32767, sample * gain)));
  const detector = new KeyToneDetector();
  let keys = '';
  for (let start = 0; start + hopSamples <= sound.length; start += hopSamples) {
    keys += detector.hear(sound, start) ?? '';
  }
  return keys;
}

/** At 8 kHz: each sample is the mean of those that fall into its time, which is low-pass enough here. */
function atTelephoneRate({rate, samples}: Sound): Sound {
  const step = rate / 8000;
  const slower = new Int16Array(Math.floor(samples.length / step));
  for (let index = 0; index < slower.length; index++) {
    const part = samples.subarray(Math.floor(index * step), Math.floor((index + 1) * step));
    slower[index] = part.reduce((sum, sample) => sum + sample, 0) / part.length;
  }
  return {rate: 8000, samples: slower};
}
