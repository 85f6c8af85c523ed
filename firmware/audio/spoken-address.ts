import {narrowRate, sampleRate} from './frame.ts';
import {decodeMuLaw} from './g711.ts';
import {Resampler} from './resampler.ts';
import {spokenWords} from './spoken-words.ts';

/** Between two words, and between the two times that all is said; seconds. */
const GAP = 0.06;
const PAUSE = 0.9;

/** An IPv4 address as it is said aloud, digit by digit, twice: mono at 16 kHz. Characters that have no word are left out. */
export function speakAddress(address: string): Int16Array {
  const words = ['intro', ...address]
    .map((key) => spokenWords[key])
    .filter((word) => word !== undefined)
    .flatMap((word) => [decode(word), new Int16Array(GAP * sampleRate)]);
  const pause = new Int16Array(PAUSE * sampleRate);
  return join([...words, pause, ...words]);
}

function decode(word: string): Int16Array {
  const bytes = Buffer.from(word, 'base64');
  const narrow = new Int16Array(bytes.length);
  decodeMuLaw(bytes, 0, bytes.length, narrow);
  const wide = new Int16Array((bytes.length * sampleRate) / narrowRate + 1);
  const count = new Resampler(narrowRate, sampleRate, narrow.length).process(narrow, narrow.length, wide);
  return wide.subarray(0, count);
}

function join(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
