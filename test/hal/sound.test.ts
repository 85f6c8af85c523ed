import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {HardwareError} from '../../hal/hal.ts';
import {openSoundCard} from '../../hal/sound/sound.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {readWav, writeWav} from '../support/wav.ts';

const rate = 8000;

function open(microphone: string, speaker: string, clock = new FakeClock()) {
  return openSoundCard({microphone, speaker, rate, clock});
}

test('different kinds of microphone and speaker are one card', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-sound-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const spoken = join(folder, 'a:b.wav');
  const heard = join(folder, 'heard.wav');
  writeWav(spoken, {rate: 11_025, samples: Int16Array.of(1, 2, 3)});
  const clock = new FakeClock();
  const card = open(`file:${spoken}`, `file:${heard}`, clock);
  expect([card.captureRate, card.playbackRate]).toEqual([11_025, rate]);
  expect(card.state.microphone).toEqual({device: `file:${spoken}`, rate: 11_025, fault: null, xruns: 0});
  expect(card.state.speaker).toEqual({device: `file:${heard}`, rate, fault: null, xruns: 0});
  const samples = new Int16Array(8);
  card.read(samples);
  clock.advance(1);
  expect(card.read(samples)).toBe(8);
  expect([...samples]).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
  expect(card.write(samples)).toBe(8);
  expect(card.playbackDelay()).toBe(8);
  expect(card.state.microphone.xruns + card.state.speaker.xruns).toBe(0);
  card.close();
  expect([...readWav(heard).samples]).toEqual([...samples]);
});

test('silence and discard need nothing', () => {
  const card = open('silence', 'discard');
  expect(card.refresh()).toBe(false);
  expect(card.write(new Int16Array(160))).toBe(160);
  card.close();
});

test('what cannot be opened is named, with its direction', () => {
  expect(() => open('file:/nowhere/x.wav', 'discard')).toThrow(HardwareError);
  expect(() => open('file:/nowhere/x.wav', 'discard')).toThrow(
    'microphone file:/nowhere/x.wav: /nowhere/x.wav: there is no such file',
  );
  expect(() => open('silence', 'file:/nowhere/x.wav')).toThrow(/^speaker file:\/nowhere\/x.wav: .*ENOENT/);
  expect(() => open('discard', 'discard')).toThrow(
    'microphone discard: is none of alsa:NAME, file:PATH.wav, silence',
  );
  expect(() => open('silence', 'silence')).toThrow(
    'speaker silence: is none of alsa:NAME, file:PATH.wav, discard',
  );
});
