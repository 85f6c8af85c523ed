import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {EchoChain} from '../../firmware/audio/echo/echo-chain.ts';
import type {BenchRow} from '../bench/bench-row.ts';
import {makeEchoScene, type SceneOptions} from '../support/echo-scene.ts';
import {attenuation, chainDelay, runChain} from '../support/echo-score.ts';
import {stoi} from './stoi.ts';

const usual: SceneOptions = {seconds: 44, nearFrom: 28, farUntil: 44, delayMs: 40, drive: 0.25};
const scenes: readonly (readonly [name: string, changes: Partial<SceneOptions>, erle: number])[] = [
  ['usual loudspeaker', {}, 45],
  ['late echo', {delayMs: 120}, 45],
  ['clocks 50 ppm apart', {delayMs: 80, skewPpm: 50}, 44],
  ['bad loudspeaker', {drive: 1}, 32],
  ['noise at the microphone', {noise: 200}, 35],
  ['echo torn beyond hope', {drive: 8, echoDb: 16, seed: 2}, 30],
];

function row(name: string, figure: number, unit: string, goal: string, met: boolean): BenchRow {
  return {name: `echo, ${name}`, figure, unit, anchor: null, ratio: null, goal, met};
}

/** One scene: 28 s of the far side alone, then both. */
function rate(name: string, changes: Partial<SceneOptions>, erleGoal: number): BenchRow[] {
  const {played, microphone, near} = makeEchoScene({...usual, ...changes});
  const cleaned = runChain(new EchoChain(false), played, microphone);
  const both = (sound: Int16Array, delay = 0) => sound.subarray(30 * 16_000 + delay, 43 * 16_000 + delay);
  const erle = attenuation(microphone, cleaned, 18, 28);
  const before = stoi(both(near), both(microphone), 16_000);
  const after = stoi(both(near), both(cleaned, chainDelay), 16_000);
  return [
    row(`${name}: attenuation`, erle, 'dB', `>= ${erleGoal}`, erle >= erleGoal),
    row(`${name}: STOI gained`, after - before, '', '> 0', after > before),
  ];
}

/** Scenes of others: NAME_16k.ref.raw and NAME_16k.mic.raw of a folder become OUT/doorline__NAME_16k.raw, to be scored there. */
function convert(folder: string, out: string, names: readonly string[]): void {
  const read = (name: string) => {
    const file = readFileSync(join(folder, name));
    return new Int16Array(file.buffer, file.byteOffset, file.length / 2);
  };
  for (const name of names) {
    const cleaned = runChain(new EchoChain(false), read(`${name}_16k.ref.raw`), read(`${name}_16k.mic.raw`));
    writeFileSync(join(out, `doorline__${name}_16k.raw`), new Uint8Array(cleaned.buffer));
  }
}

/**
 * The echo chain on scenes made here. With SCENES=FOLDER, OUT=FOLDER and NAMES=a,b it runs on recordings from elsewhere as
 * well.
 */
export async function run(): Promise<BenchRow[]> {
  const {SCENES, OUT, NAMES = ''} = process.env;
  if (SCENES !== undefined && OUT !== undefined) convert(SCENES, OUT, NAMES.split(','));
  return scenes.flatMap((scene) => rate(...scene));
}
