import {AlsaError, Errno, Pcm, type PcmStream} from 'node-alsa';
import type {Clock, SoundFault, SoundTiming} from '../hal.ts';
import {DeviceError, deviceFault} from './device-error.ts';
import {type Microphone, PAUSE_MS, type Speaker, START_MS} from './direction.ts';

/** What most hardware does that does not do the wanted rate, the cheapest to resample first (Hz). */
const NATIVE_RATES = [48_000, 32_000, 44_100, 96_000] as const;

/** What both directions of an ALSA device need. */
export interface AlsaOptions {
  /** The PCM's name, such as `default` or `plughw:CARD=Device`. */
  readonly device: string;
  /** Hz, wished for: what the hardware does instead is not resampled here. */
  readonly rate: number;
  readonly timing: SoundTiming;
  readonly clock: Clock;
}

/** Captures from an ALSA device. Runs from the start; after an overrun or a pause it goes on with what is new. */
export class AlsaMicrophone implements Microphone {
  readonly rate: number;
  readonly #line: AlsaLine;

  /** @throws DeviceError in words that say what to do. */
  constructor(options: AlsaOptions) {
    this.#line = new AlsaLine('capture', options);
    this.rate = this.#line.pcm.rate;
  }

  read(samples: Int16Array): number {
    return this.#line.move((pcm) => pcm.read(samples));
  }

  get xruns(): number {
    return this.#line.xruns;
  }

  get fault(): SoundFault | undefined {
    return this.#line.fault;
  }

  check(): void {
    this.#line.check();
  }

  close(): void {
    this.#line.pcm.close();
  }
}

/** Plays on an ALSA device. Starts, also after an underrun or a pause, once 40 ms are queued. */
export class AlsaSpeaker implements Speaker {
  readonly rate: number;
  readonly #line: AlsaLine;

  /** @throws DeviceError in words that say what to do. */
  constructor(options: AlsaOptions) {
    this.#line = new AlsaLine('playback', options);
    this.rate = this.#line.pcm.rate;
  }

  write(samples: Int16Array): number {
    return this.#line.move((pcm) => pcm.write(samples));
  }

  delay(): number {
    return this.#line.delay();
  }

  get xruns(): number {
    return this.#line.xruns;
  }

  get fault(): SoundFault | undefined {
    return this.#line.fault;
  }

  check(): void {
    this.#line.check();
  }

  close(): void {
    this.#line.pcm.close();
  }
}

/** One direction with its recovery. */
class AlsaLine {
  readonly pcm: Pcm;
  xruns = 0;
  /** Set when the device is gone; nothing moves any more. */
  fault: SoundFault | undefined;
  readonly #clock: Clock;
  /** In this time a full buffer is played, and as much again (ms). */
  readonly #stallTime: number;
  #lastMove = Number.NEGATIVE_INFINITY;

  constructor(stream: PcmStream, {device, rate, timing, clock}: AlsaOptions) {
    this.#clock = clock;
    this.#stallTime = 2 * timing.bufferMs;
    try {
      this.pcm = Pcm.open({
        ...{device, stream, channels: 1, rates: [rate, ...NATIVE_RATES]},
        ...timing,
        startMs: START_MS,
      });
    } catch (error) {
      throw new DeviceError(deviceFault(device, stream, error));
    }
    if (stream === 'playback') return;
    try {
      this.pcm.start();
    } catch (error) {
      this.pcm.close();
      throw new DeviceError(deviceFault(device, stream, error));
    }
  }

  /** Reads or writes; where that fails for an under- or overrun, recovers and tries once more. */
  move(transfer: (pcm: Pcm) => number): number {
    if (this.fault) return 0;
    const now = this.#clock.now();
    const paused = now - this.#lastMove >= PAUSE_MS;
    this.#lastMove = now;
    const count = transfer(this.pcm);
    if (count >= 0) return count;
    if (!paused) this.xruns += 1;
    return this.#recover(count) ? Math.max(0, transfer(this.pcm)) : 0;
  }

  /** Samples that are queued for playback and not yet heard. */
  delay(): number {
    if (this.fault) return 0;
    const delay = Math.max(0, this.pcm.delay());
    const passed = this.#clock.now() - this.#lastMove;
    if (delay === 0 || passed < this.#stallTime) return delay;
    // All must have been heard by now, and nothing more will be written while it is said to wait: seen with PulseAudio's plugin
    // after an underrun, in state RUNNING.
    if (passed < PAUSE_MS) this.xruns += 1;
    this.#recover(Errno.xrun);
    return 0;
  }

  check(): void {
    if (this.fault === undefined && this.pcm.disconnected) this.#lose(Errno.gone);
  }

  #recover(error: number): boolean {
    try {
      this.pcm.recover(error);
      if (this.pcm.stream === 'capture') this.pcm.start();
      return true;
    } catch (problem) {
      this.#lose(problem instanceof AlsaError ? problem.code : error);
      return false;
    }
  }

  #lose(code: number): void {
    const {stream, device} = this.pcm;
    const gone = code === Errno.gone;
    const what = new AlsaError(`${stream} device "${device}"`, code).message;
    this.fault = {
      state: gone ? 'missing' : 'failed',
      text: `${what}. It is used again as soon as it works; check that it is plugged in`,
    };
  }
}
