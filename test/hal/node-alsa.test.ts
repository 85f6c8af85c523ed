import {AlsaError, Errno, listCards, listDevices, Pcm} from 'node-alsa';
import {expect, test} from 'vitest';
import {programs} from '../../tools/setup/programs.ts';

const options = {
  device: 'null',
  stream: 'playback',
  rates: [8000],
  channels: 1,
  periodMs: 10,
  bufferMs: 200,
  startMs: 40,
} as const;

const installed = programs.libasound.find() !== undefined;

test.skipIf(installed)('without libasound its package is named', () => {
  expect(() => listCards()).toThrow('libasound.so.2 is not installed: apt install libasound2');
});

test.runIf(installed)('a PCM plays without blocking', () => {
  const pcm = Pcm.open(options);
  expect(pcm.bufferFrames).toBeGreaterThanOrEqual(pcm.periodFrames);
  expect(pcm.write(new Int16Array(320))).toBe(320);
  expect(pcm.delay()).toBeGreaterThanOrEqual(0);
  pcm.close();
  pcm.close();
  expect(() => pcm.write(new Int16Array(1))).toThrow('playback device "null" is closed');
});

test.runIf(installed)('a PCM captures once it is started', () => {
  const pcm = Pcm.open({...options, stream: 'capture', channels: 2});
  pcm.start();
  expect(pcm.running).toBe(true);
  expect(pcm.available()).toBeGreaterThan(0);
  expect(pcm.read(new Int16Array(160))).toBe(80);
  pcm.close();
});

test.runIf(installed)('what cannot be opened or done is an error in words with its errno', () => {
  const open = (changes: object) => () => Pcm.open({...options, ...changes});
  expect(open({device: 'no-such-device'})).toThrow(AlsaError);
  expect(open({device: 'no-such-device'})).toThrow(
    'playback device "no-such-device": No such file or directory',
  );
  expect(open({device: 'no-such-device'})).toThrow(expect.objectContaining({code: Errno.missing}));
  expect(open({channels: 0})).toThrow('playback device "null" does not do 0 channel(s): Invalid argument');
  const pcm = Pcm.open(options);
  expect(() => pcm.recover(Errno.gone)).toThrow('playback device "null": No such device');
  pcm.close();
});

test.runIf(installed)('cards and devices are listed', () => {
  for (const {id, name} of listCards()) expect(id.length * name.length).toBeGreaterThan(0);
  expect(listDevices()).toContainEqual(
    expect.objectContaining({name: 'null', playback: true, capture: true}),
  );
});
