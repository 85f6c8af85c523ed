import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, type TestContext, test} from 'vitest';
import {MediaEngine} from '../../firmware/audio/media-engine.ts';
import type {Levels} from '../../firmware/audio/media-messages.ts';
import type {MediaSession} from '../../firmware/audio/media-session.ts';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import type {StreamSecurity} from '../../firmware/rtp/srtp/crypto-suite.ts';
import {correlate} from '../support/correlation.ts';
import {freePorts} from '../support/ports.ts';
import {startRun} from '../support/run-folder.ts';
import {readWav, type Sound, writeWav} from '../support/wav.ts';

const worker = new URL('../../firmware/media-main.ts', import.meta.url);

interface Devices {
  readonly microphone: string;
  readonly speaker: string;
}

async function start(devices: Devices): Promise<MediaEngine> {
  return MediaEngine.start({
    worker,
    ...devices,
    echo: 'off',
    tones: 'eu',
    sounds: {},
    volumes: {speech: 100, sounds: 100},
    ports: await freePorts(8),
  });
}

function streamTo(session: MediaSession, security?: StreamSecurity): AudioStream {
  return {
    remote: {address: '127.0.0.1', port: session.port},
    codec: 'PCMU',
    payloadType: 0,
    telephoneEvent: 101,
    direction: 'sendrecv',
    packetTime: 20,
    rtcp: {multiplexed: true, address: undefined, port: session.port + 1, voipMetrics: true},
    security,
  };
}

/** Two engines whose sessions talk with each other. */
async function talk(
  context: TestContext,
  one: Devices,
  two: Devices,
  security: readonly StreamSecurity[] = [],
) {
  const engines = [await start(one), await start(two)] as const;
  context.onTestFinished(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
  });
  const [here, there] = [await engines[0].open('127.0.0.1'), await engines[1].open('127.0.0.1')];
  here.update(streamTo(there, security[0]));
  there.update(streamTo(here, security[1]));
  engines[0].attach(here);
  engines[1].attach(there);
  return {engines, here, there};
}

/** Sound whose pitch never repeats, so that each part of it is found in one place only. */
function sweep(seconds: number): Sound {
  const rate = 8000;
  const samples = Int16Array.from({length: seconds * rate}, (_, index) => {
    const time = index / rate;
    return 8000 * Math.sin(2 * Math.PI * (300 + 200 * time) * time) * (1 + 0.5 * Math.sin(40 * time));
  });
  return {rate, samples};
}

/** Correlation of what was said with what was heard. 0.99 and more on a quiet machine; a busy one delays packets beyond their playing. */
const ON_TIME = 0.9;
/** What lives in real time is tried once more, as with the tests that talk to real peers: the machine may have been busy. */
const REAL_TIME = {retry: 1};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test(
  'what one side says is what the other side hears; keys and levels come too',
  REAL_TIME,
  async (context) => {
    const {folder} = startRun(context);
    const said = sweep(1.5);
    writeWav(join(folder, 'said.wav'), said);
    const heard = join(folder, 'heard.wav');
    const {engines, here, there} = await talk(
      context,
      {microphone: `file:${join(folder, 'said.wav')}`, speaker: 'discard'},
      {microphone: 'silence', speaker: `file:${heard}`},
    );
    let loudest: Levels = {microphone: -96, captured: -96, speaker: -96, echo: null};
    engines[0].onMeters = (levels) => {
      if (levels.microphone > loudest.microphone) loudest = levels;
    };
    let keys = '';
    here.onDigit = (key) => {
      keys += key;
    };
    there.sendDigit('7');
    there.sendDigit('#');
    let received = 0;
    while (received < 90) received = (await there.statistics())!.received;
    await until(() => keys.length === 2);
    here.close();
    const {sent} = (await here.statistics())!;
    await Promise.all(engines.map((engine) => engine.close()));

    expect(keys).toBe('7#');
    expect(loudest.microphone).toBeGreaterThan(-20);
    expect(loudest.speaker).toBe(-96);
    expect(sent).toBeGreaterThanOrEqual(90);
    const {value, seconds} = correlate(said, readWav(heard));
    expect(value).toBeGreaterThan(ON_TIME);
    expect(seconds).toBeGreaterThan(1);
  },
);

const [one, two, three] = [1, 2, 3].map((value) => new Uint8Array(30).fill(value)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

test.each([
  ['the same keys on both sides are heard', two, true],
  ['another key is not', three, false],
])('encrypted sound: %s', REAL_TIME, async (_, key, isHeard) => {
  const context = {onTestFinished} as TestContext;
  const folder = mkdtempSync(join(tmpdir(), 'doorline-srtp-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const said = sweep(1.5);
  writeWav(join(folder, 'said.wav'), said);
  const heard = join(folder, 'heard.wav');
  const suite = 'AES_CM_128_HMAC_SHA1_80';
  const {engines, here, there} = await talk(
    context,
    {microphone: 'silence', speaker: `file:${heard}`},
    {microphone: `file:${join(folder, 'said.wav')}`, speaker: 'discard'},
    [
      {suite, localKey: one, remoteKey: two},
      {suite, localKey: key, remoteKey: one},
    ],
  );
  let sent = 0;
  while (sent < 100) sent = (await there.statistics())!.sent;
  const {received} = (await here.statistics())!;
  await Promise.all(engines.map((engine) => engine.close()));
  const {samples, rate} = readWav(heard);
  if (isHeard) {
    expect(received).toBeGreaterThan(90);
    expect(correlate(said, {samples, rate}).value).toBeGreaterThan(ON_TIME);
  } else {
    expect(received).toBe(0);
    expect(samples.every((sample) => sample === 0)).toBe(true);
  }
});

test('ports are opened and freed while a call goes on', async (context) => {
  const {engines} = await talk(
    context,
    {microphone: 'silence', speaker: 'discard'},
    {microphone: 'silence', speaker: 'discard'},
  );
  for (let round = 0; round < 10; round++) {
    const sessions = [await engines[0].open('127.0.0.1'), await engines[0].open('127.0.0.1')];
    expect(new Set(sessions.map(({port}) => port)).size).toBe(2);
    for (const session of sessions) session.close();
  }
});

test('without the sound card it does not start, and says why', async () => {
  await expect(start({microphone: 'file:/nowhere/at.wav', speaker: 'discard'})).rejects.toThrow(
    '/nowhere/at.wav',
  );
});

test('when all ports are in use it says so', async (context) => {
  const engine = await start({microphone: 'silence', speaker: 'discard'});
  context.onTestFinished(() => engine.close());
  for (let count = 0; count < 4; count++) await engine.open('127.0.0.1');
  await expect(engine.open('127.0.0.1')).rejects.toThrow('no free RTP ports on 127.0.0.1');
});

test('after closing nothing hangs; what was not asked for before is not known any more', async () => {
  const engine = await start({microphone: 'silence', speaker: 'discard'});
  const session = await engine.open('127.0.0.1');
  const another = await engine.open('127.0.0.1');
  another.close();
  engine.play('ringback');
  await engine.close();
  await engine.close();
  await expect(engine.open('127.0.0.1')).rejects.toThrow('ended');
  expect(await session.statistics()).toBeUndefined();
  expect(await another.statistics()).toMatchObject({sent: 0});
  session.close();
  expect(await session.statistics()).toBeUndefined();
});

test('a thread that works answers, one that hangs does not, and one that has ended says so', async () => {
  const working = await start({microphone: 'silence', speaker: 'discard'});
  await working.answers();
  await working.answers();
  await working.close();
  await expect(working.answers()).rejects.toThrow('the media thread has ended');

  const settings = {
    microphone: 'silence',
    speaker: 'discard',
    echo: 'off',
    tones: 'eu',
    sounds: {},
    volumes: {speech: 100, sounds: 100},
    ports: await freePorts(8),
  } as const;
  const hung = await MediaEngine.start({
    worker: new URL('./hung-worker.ts', import.meta.url),
    ...settings,
  });
  await hung.answers();
  let answered = false;
  const left = hung.answers().then(
    () => {
      answered = true;
    },
    (error: Error) => error.message,
  );
  // It takes half a second to be given up.
  await hung.close();
  expect(answered).toBe(false);
  expect(await left).toBe('the media thread was closed');
});
