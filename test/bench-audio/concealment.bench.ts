import {Concealment} from '../../firmware/audio/playout/concealment.ts';
import {SoundLine} from '../../firmware/audio/playout/sound-line.ts';
import type {BenchRow} from '../bench/bench-row.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {type FrameConcealment, openSpandsp} from './spandsp.ts';
import {speakSentences} from './spoken-speech.ts';
import {stoi} from './stoi.ts';

const goals = [
  {percent: 5, least: 0.986},
  {percent: 10, least: 0.965},
];
const seeds = [1, 2, 3];

/**
 * How well speech of which frames of 20 ms are lost at random is understood, by STOI (1: as well as without loss), beside
 * spandsp with the same losses.
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
      const figure = measure(speech, rate, percent / 100, () => ownConcealment(rate));
      // It is made for 8 kHz.
      const anchor =
        spandsp === undefined || rate > 8000 ? null : measure(speech, rate, percent / 100, spandsp);
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

function measure(speech: Int16Array, rate: number, share: number, make: () => FrameConcealment): number {
  const samples = rate / 50;
  const figures = seeds.map((seed) => {
    const random = randomNumbers(seed);
    const heard = new Int16Array(speech.length);
    const concealment = make();
    const frame = new Int16Array(samples);
    for (let start = 0; start + samples <= speech.length; start += samples) {
      frame.set(speech.subarray(start, start + samples));
      if (random() < share) concealment.lost(frame);
      else concealment.come(frame);
      heard.set(frame, start);
    }
    return stoi(speech, heard, rate);
  });
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

function ownConcealment(rate: number): FrameConcealment {
  const line = new SoundLine(rate);
  const concealment = new Concealment(rate);
  return {
    come(frame) {
      const at = line.extend(frame.length);
      line.samples.set(frame, at);
      concealment.return(line, at, frame.length);
      line.play(frame);
    },
    lost(frame) {
      concealment.fill(line, frame.length);
      line.play(frame);
    },
  };
}
