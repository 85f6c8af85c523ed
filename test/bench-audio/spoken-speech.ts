import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Resampler} from '../../firmware/audio/resampler.ts';
import {programs} from '../../tools/setup/programs.ts';
import {readWav} from '../support/wav.ts';

const voices = ['en-us', 'en-gb', 'en-us+m3', 'en-gb+f4', 'de+m2', 'fr+f2'];
const text =
  'Good evening, here is the parcel service. I have something for the third floor, and nobody opens. ' +
  'Shall I leave it with your neighbours, or would you rather have it next to the bicycles in the yard? ' +
  'The number on the label is four, seven, eleven, and the sender is a shop for garden chairs.';

/** Sentences by six voices of espeak-ng, at `rate` Hz; undefined where espeak-ng is not installed. */
export function speakSentences(rate: number): Int16Array | undefined {
  const program = programs['espeak-ng'].find();
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'doorline-bench-'));
  try {
    const file = join(folder, 'speech.wav');
    const parts = voices.map((voice) => {
      execFileSync(program, ['-v', voice, '-w', file, text]);
      const {samples, rate: from} = readWav(file);
      const result = new Int16Array(Math.ceil((samples.length * rate) / from) + 1);
      return result.subarray(
        0,
        new Resampler(from, rate, samples.length).process(samples, samples.length, result),
      );
    });
    return Int16Array.from(parts.flatMap((part) => [...part]));
  } finally {
    rmSync(folder, {recursive: true});
  }
}
