import {readFileSync} from 'node:fs';
import {frameSamples, sampleRate} from '../frame.ts';

/** What the module exports of speexdsp; pointers are places in its memory. */
interface Library {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  speex_echo_state_init(frame: number, filter: number): number;
  speex_echo_state_reset(state: number): void;
  speex_echo_ctl(state: number, request: number, value: number): number;
  speex_echo_cancellation(state: number, recorded: number, played: number, result: number): void;
  speex_preprocess_state_init(frame: number, rate: number): number;
  speex_preprocess_ctl(state: number, request: number, value: number): number;
  speex_preprocess_run(state: number, frame: number): number;
}

/** Requests of speex_echo_ctl and speex_preprocess_ctl, by their names in its headers. */
const request = {
  echoSetSamplingRate: 24,
  setDenoise: 0,
  setNoiseSuppress: 18,
  setEchoSuppress: 20,
  setEchoSuppressActive: 22,
  setEchoState: 24,
} as const;

/** Length of the adaptive filter: what a loudspeaker, a housing and what stands around them echo for. */
const filterSamples = 0.128 * sampleRate;

/** How much is taken away at most, in dB. */
const suppression = {noise: -15, echo: -40, echoWhileTalking: -15} as const;

/**
 * speexdsp's echo canceller and preprocessor (noise, what is left of the echo), compiled to WebAssembly from Debian's
 * source by tools/speexdsp. A module of its own for each, with memory that does not grow after the start.
 */
export class SpeexDsp {
  /** Frames to be written before `cancel`, in the memory of the module. */
  readonly recorded: Int16Array;
  readonly played: Int16Array;
  /** What `cancel` and `clean` give. */
  readonly result: Int16Array;
  readonly #library: Library;
  readonly #echo: number;
  readonly #preprocess: number;

  constructor() {
    const file = new URL('speexdsp.wasm', import.meta.url);
    const module = new WebAssembly.Module(readFileSync(file));
    this.#library = new WebAssembly.Instance(module).exports as unknown as Library;
    const {malloc, speex_echo_state_init, speex_preprocess_state_init} = this.#library;
    const frames = [0, 1, 2].map(() => malloc(2 * frameSamples));
    this.#echo = speex_echo_state_init(frameSamples, filterSamples);
    this.#preprocess = speex_preprocess_state_init(frameSamples, sampleRate);
    const value = malloc(4);
    const set = (what: number, to: number) => {
      new DataView(this.#library.memory.buffer).setInt32(value, to, true);
      this.#library.speex_preprocess_ctl(this.#preprocess, what, value);
    };
    new DataView(this.#library.memory.buffer).setInt32(value, sampleRate, true);
    this.#library.speex_echo_ctl(this.#echo, request.echoSetSamplingRate, value);
    this.#library.speex_preprocess_ctl(this.#preprocess, request.setEchoState, this.#echo);
    set(request.setDenoise, 1);
    set(request.setNoiseSuppress, suppression.noise);
    set(request.setEchoSuppress, suppression.echo);
    set(request.setEchoSuppressActive, suppression.echoWhileTalking);
    const view = (at: number) => new Int16Array(this.#library.memory.buffer, at, frameSamples);
    this.recorded = view(frames[0]!);
    this.played = view(frames[1]!);
    this.result = view(frames[2]!);
  }

  /** Takes the echo of `played` out of `recorded`, into `result`. */
  cancel(): void {
    this.#library.speex_echo_cancellation(
      this.#echo,
      this.recorded.byteOffset,
      this.played.byteOffset,
      this.result.byteOffset,
    );
  }

  /** Takes noise and what is left of the echo out of `result`. */
  clean(): void {
    this.#library.speex_preprocess_run(this.#preprocess, this.result.byteOffset);
  }

  /** Forgets the way of the echo. */
  reset(): void {
    this.#library.speex_echo_state_reset(this.#echo);
  }
}
