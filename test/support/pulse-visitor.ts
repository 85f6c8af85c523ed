import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {correlate} from './correlation.ts';
import {peerProgram} from './peers/require.ts';
import type {RunningProcess} from './processes.ts';
import {heardSink, type Pulse, spokenSink} from './pulse.ts';
import type {Run} from './run-folder.ts';
import {makeSpeech} from './speech.ts';

const rate = 8000;
/** What is said over and over, in seconds. */
const speechSeconds = 20;
/** How much later than it was said something may be heard, in seconds. */
const latest = 2;

/**
 * Somebody who stands in front of the station and talks without end, and two recorders: of what is said, and of what the
 * station plays. All are programs of PulseAudio with large buffers, so that a busy machine leaves no gaps.
 */
export class PulseVisitor {
  readonly #processes: readonly RunningProcess[];
  readonly #files: {readonly spoken: string; readonly heard: string};

  private constructor(processes: readonly RunningProcess[], files: {spoken: string; heard: string}) {
    this.#processes = processes;
    this.#files = files;
  }

  /** Begins to talk and to record, for so long at most. */
  static start(run: Run, {environment}: Pulse, seconds: number): PulseVisitor {
    const file = (name: string) => join(run.folder, `${name}.raw`);
    const speech = Buffer.from(makeSpeech(speechSeconds, 5).samples.buffer);
    writeFileSync(file('said'), Buffer.concat(Array(Math.ceil(seconds / speechSeconds)).fill(speech)));
    const format = ['--raw', `--rate=${rate}`, '--channels=1', '--format=s16le', '--latency-msec=1000'];
    const start = (...parameters: string[]) =>
      run.processes.start(peerProgram('pacat'), [...format, ...parameters], {env: environment});
    const record = (sink: string) => start('--record', `--device=${sink}.monitor`, file(sink));
    return new PulseVisitor(
      [record(spokenSink), record(heardSink), start('--playback', `--device=${spokenSink}`, file('said'))],
      {spoken: file(spokenSink), heard: file(heardSink)},
    );
  }

  /** Seconds recorded so far. */
  get seconds(): number {
    const {heard} = this.#files;
    return existsSync(heard) ? statSync(heard).size / (2 * rate) : 0;
  }

  async end(): Promise<void> {
    for (const process of this.#processes) process.signal('SIGTERM');
    await Promise.all(this.#processes.map((process) => process.waitForExit(5000)));
  }

  /**
   * How much later what was said from second `start` on, `seconds` long, was heard again: the median over the seconds in which it
   * was, in ms, and how many those are. Both recordings began at about the same time, so it is off by some ms, always the same.
   */
  delay(start: number, seconds: number): {delay: number; seconds: number} {
    const spoken = this.#read('spoken');
    const heard = this.#read('heard');
    const delays: number[] = [];
    for (let second = start; second < start + seconds; second++) {
      const recording = heard.slice(second * rate, (second + 1) * rate);
      const before = Math.max(0, second - latest);
      const original = spoken.slice(before * rate, (second + 1) * rate);
      const {value, delay} = correlate({rate, samples: original}, {rate, samples: recording});
      if (value > 0.7) delays.push((second - before + delay) * 1000);
    }
    return {delay: median(delays), seconds: delays.length};
  }

  #read(name: 'spoken' | 'heard'): Int16Array {
    const bytes = readFileSync(this.#files[name]);
    return new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~1)).buffer);
  }
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
