import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';
import {writeWav} from '../support/wav.ts';
import {boards, write} from './configuration-files.ts';

/** What is said of `sounds` in a folder with some files; without the folder's name. */
function check(sounds: string): string[] {
  const path = write(`board: simulated\naudio:\n  sounds:\n${sounds}\n`);
  const folder = dirname(path);
  mkdirSync(join(folder, 'sounds'));
  writeWav(join(folder, 'sounds/ding.wav'), {rate: 44_100, samples: new Int16Array(4410)});
  writeWav(join(folder, 'sounds/long.wav'), {rate: 8000, samples: new Int16Array(8000 * 40)});
  writeWav(join(folder, 'sounds/empty.wav'), {rate: 8000, samples: new Int16Array(0)});
  writeFileSync(join(folder, 'sounds/song.mp3'), 'ID3');
  const result = loadConfig(path, boards, readWavFile);
  return result.ok ? [] : result.error.map((one) => formatProblem(one).replaceAll(`${folder}/`, ''));
}

test('files of sound that can be played', () => {
  expect(check('    press: sounds/ding.wav\n    door: ./sounds/ding.wav')).toEqual([]);
});

test('those that cannot are told by file, line and column, with what is allowed', () => {
  expect(
    check(
      '    press: sounds/none.wav\n    ready: sounds/song.mp3\n    busy: sounds/long.wav\n    door: sounds/empty.wav\n    talk: sounds',
    ),
  ).toEqual([
    'config.yaml:4:12: audio.sounds.press: sounds/none.wav: there is no such file',
    'config.yaml:5:12: audio.sounds.ready: sounds/song.mp3 is not a WAV file',
    'config.yaml:6:11: audio.sounds.busy: sounds/long.wav lasts 40.0 s; allowed are 30 s',
    'config.yaml:7:11: audio.sounds.door: sounds/empty.wav has no sound in it',
    expect.stringMatching(/^config.yaml:8:11: audio.sounds.talk: sounds: /),
  ]);
});

test('a sound that does not exist', () => {
  expect(check('    pressed: sounds/ding.wav')).toEqual([
    expect.stringMatching(
      /^config.yaml:4:5: audio.sounds.pressed: unknown key; did you mean press\? Allowed: ready, /,
    ),
  ]);
});

test('volumes are percent', () => {
  const path = write('board: simulated\naudio: {volumes: {speech: 101, sound: 3}}\n');
  const result = loadConfig(path, boards);
  expect(result.ok ? [] : result.error.map(({key, message}) => `${key} ${message}`)).toEqual([
    'audio.volumes.speech must be a whole number of percent from 0 to 100',
    expect.stringMatching(/^audio.volumes.sound unknown key; did you mean sounds\?/),
  ]);
});
