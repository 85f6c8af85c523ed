import type {BenchRow} from '../bench/bench-row.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {playLosses} from './play-losses.ts';
import {type FrameConcealment, openSpandsp} from './spandsp.ts';
import {speakSentences} from './spoken-speech.ts';
import {stoi} from './stoi.ts';

const goals = [
  {percent: 5, least: 0.986},
  {percent: 10, least: 0.965},
];
const seeds = [1, 2, 3, 4, 5];

/**
 * How well speech of which packets of 20 ms are lost at random is understood, by STOI (1: as well as without loss): here
 * through the whole buffer, beside spandsp, which is told of each loss and has no buffer.
 */
export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const spandsp = openSpandsp();
  for (const rate of [8000, 16_000]) {
    const speech = speakSentences(rate);
    if (speech === undefined) {
      process.stderr.write('    espeak-ng is not installed: no concealment is measured\n');
      return [];
    }
    for (const {percent, least} of goals) {
      const figure = mean(
        seeds.map((seed) => {
          const {said, heard} = playLosses(speech, rate, percent / 100, seed);
          return stoi(said, heard, rate);
        }),
      );
      // It is made for 8 kHz.
      const anchor =
        spandsp === undefined || rate > 8000
          ? null
          : mean(seeds.map((seed) => frameByFrame(speech, rate, percent / 100, seed, spandsp())));
      rows.push({
        name: `concealment, ${rate / 1000} kHz, ${percent} % lost`,
        figure,
        unit: 'STOI',
        anchor,
        ratio: anchor === null ? null : (1 - anchor) / (1 - figure),
        goal: `>= ${least}`,
        met: figure >= least,
      });
    }
  }
  return rows;
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

function frameByFrame(
  speech: Int16Array,
  rate: number,
  share: number,
  seed: number,
  concealment: FrameConcealment,
): number {
  const samples = rate / 50;
  const random = randomNumbers(seed);
  const heard = new Int16Array(speech.length);
  const frame = new Int16Array(samples);
  for (let start = 0; start + samples <= speech.length; start += samples) {
    frame.set(speech.subarray(start, start + samples));
    if (random() < share) concealment.lost(frame);
    else concealment.come(frame);
    heard.set(frame, start);
  }
  return stoi(speech, heard, rate);
}
