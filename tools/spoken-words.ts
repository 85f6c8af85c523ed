/**
 * Makes firmware/audio/spoken-words.ts anew, with the voice of espeak-ng:
 *
 *     node tools/spoken-words.ts
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {narrowRate} from '../firmware/audio/frame.ts';
import {encodeMuLaw} from '../firmware/audio/g711.ts';
import {Resampler} from '../firmware/audio/resampler.ts';
import {readWavFile} from '../hal/sound/wav-file.ts';

const PROGRAM = 'espeak-ng';
const words: Readonly<Record<string, string>> = {
  intro: 'My address is',
  '.': 'point',
  ...Object.fromEntries(
    ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].entries(),
  ),
};
const target = fileURLToPath(new URL('../firmware/audio/spoken-words.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'doorline-words-'));
/** What is quieter than this at a word's ends is cut off. */
const SILENCE = 300;

const entries = Object.entries(words).map(([key, text]) => {
  const file = join(folder, 'word.wav');
  execFileSync(PROGRAM, ['-v', 'en', '-s', '140', '-a', '160', '-w', file, text]);
  const {rate, samples} = readWavFile(file);
  const narrow = new Int16Array(Math.ceil((samples.length * narrowRate) / rate) + 1);
  const count = new Resampler(rate, narrowRate, samples.length).process(samples, samples.length, narrow);
  const first = narrow.findIndex((sample) => Math.abs(sample) > SILENCE);
  const last = narrow.subarray(0, count).findLastIndex((sample) => Math.abs(sample) > SILENCE);
  const word = narrow.slice(first, last + 1);
  const bytes = new Uint8Array(word.length);
  encodeMuLaw(word, word.length, bytes);
  return `  '${key}':\n    '${Buffer.from(bytes).toString('base64')}',`;
});
rmSync(folder, {recursive: true});
writeFileSync(
  target,
  `/**
 * Words for the station's address: 8 kHz, mu-law (ITU-T G.711), in base64. Made by tools/spoken-words.ts with espeak-ng; do not
 * change by hand.
 */
export const spokenWords: Readonly<Record<string, string>> = {
${entries.join('\n')}
};
`,
);
