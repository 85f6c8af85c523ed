import {AlsaError, checked} from './error.ts';
import {library, type NumberOut, type Pointer, type PointerOut} from './library.ts';

export type PcmStream = 'playback' | 'capture';

/** How to open a PCM: signed 16 bit, interleaved. */
export interface PcmOptions {
  /** The PCM's name: `default`, `plughw:CARD=Device`, or one of an ALSA configuration file. */
  readonly device: string;
  readonly stream: PcmStream;
  /** Frames a second: the first of these that the hardware does by itself, or what it does that is next to the first. */
  readonly rates: readonly [number, ...number[]];
  /** Samples in a frame. */
  readonly channels: number;
  /** Wanted time between two interrupts; the hardware may give another. */
  readonly periodMs: number;
  /** Wanted length of the buffer; the hardware may give another. */
  readonly bufferMs: number;
  /** Playback starts by itself once so much is queued. */
  readonly startMs: number;
}

const PLAYBACK = 0;
const CAPTURE = 1;
const NONBLOCK = 1;
const ACCESS_RW_INTERLEAVED = 3;
const FORMAT_S16_LE = 2;
const EAGAIN = -11;
const STATE_RUNNING = 3;
const STATE_DISCONNECTED = 8;

/** An open PCM that never blocks. Not to be shared between threads. */
export class Pcm {
  readonly device: string;
  readonly stream: PcmStream;
  readonly channels: number;
  /** Frames a second. */
  readonly rate: number;
  /** Frames in a period and in the buffer, as the hardware gave them. */
  readonly periodFrames: number;
  readonly bufferFrames: number;
  readonly #handle: Pointer;
  readonly #delay: NumberOut = [0];
  #open = true;

  private constructor(handle: Pointer, options: PcmOptions, {rate, periodFrames, bufferFrames}: Hardware) {
    this.#handle = handle;
    this.device = options.device;
    this.stream = options.stream;
    this.channels = options.channels;
    this.rate = rate;
    this.periodFrames = periodFrames;
    this.bufferFrames = bufferFrames;
  }

  /**
   * Opens and prepares a PCM. Capture runs from `start` on, playback once `startMs` are queued.
   * @throws AlsaError where the device is missing, in use, or cannot do what is asked.
   */
  static open(options: PcmOptions): Pcm {
    const {device, stream} = options;
    const alsa = library();
    const out: PointerOut = [null];
    const direction = stream === 'playback' ? PLAYBACK : CAPTURE;
    checked(alsa.snd_pcm_open(out, device, direction, NONBLOCK), () => `${stream} device "${device}"`);
    const handle = out[0]!;
    try {
      const hardware = setHardware(handle, options);
      setSoftware(handle, hardware, options);
      checked(alsa.snd_pcm_prepare(handle), () => `${stream} device "${device}" cannot be prepared`);
      return new Pcm(handle, options, hardware);
    } catch (error) {
      alsa.snd_pcm_close(handle);
      throw error;
    }
  }

  /**
   * Moves captured frames into `samples`, at most as many as fit.
   * Returns how many frames, 0 where none are there yet, or a negative errno: see `recover`.
   */
  read(samples: Int16Array): number {
    const frames = samples.length / this.channels;
    const result = library().snd_pcm_readi(this.#usable(), samples, frames);
    return result === EAGAIN ? 0 : result;
  }

  /**
   * Queues frames for playback. Returns how many were taken, 0 where the buffer is full,
   * or a negative errno: see `recover`.
   */
  write(samples: Int16Array): number {
    const frames = samples.length / this.channels;
    const result = library().snd_pcm_writei(this.#usable(), samples, frames);
    return result === EAGAIN ? 0 : result;
  }

  /** Frames that can be read, or written, at once; or a negative errno. */
  available(): number {
    return library().snd_pcm_avail_update(this.#usable());
  }

  /** Frames between what is written next and what is heard, or between what sounded and what is read next. */
  delay(): number {
    const result = library().snd_pcm_delay(this.#usable(), this.#delay);
    return result < 0 ? result : this.#delay[0];
  }

  get running(): boolean {
    return library().snd_pcm_state(this.#usable()) === STATE_RUNNING;
  }

  /** The device was unplugged. */
  get disconnected(): boolean {
    return library().snd_pcm_state(this.#usable()) === STATE_DISCONNECTED;
  }

  /** Starts capture, or playback before `startMs` are queued. */
  start(): void {
    checked(
      library().snd_pcm_start(this.#usable()),
      () => `${this.stream} device "${this.device}" cannot start`,
    );
  }

  /**
   * Makes the PCM usable again after `read`, `write` or `available` returned the negative `error` of an
   * under- or overrun or of a suspension. What was queued is lost. It does not run afterwards: refill playback
   * up to `startMs`; call `start` for capture.
   * @throws AlsaError for any other error, for example that of an unplugged device.
   */
  recover(error: number): void {
    const result = library().snd_pcm_recover(this.#usable(), error, 1);
    if (result < 0) throw new AlsaError(`${this.stream} device "${this.device}"`, result);
  }

  /** Stops at once and frees the device. Harmless when done twice. */
  close(): void {
    if (!this.#open) return;
    library().snd_pcm_drop(this.#handle);
    this.#open = false;
    library().snd_pcm_close(this.#handle);
  }

  /** libasound ends the process when it is given a closed PCM. */
  #usable(): Pointer {
    if (!this.#open) throw new Error(`${this.stream} device "${this.device}" is closed`);
    return this.#handle;
  }
}

/** What the hardware gave. */
interface Hardware {
  readonly rate: number;
  readonly periodFrames: number;
  readonly bufferFrames: number;
}

function setHardware(handle: Pointer, options: PcmOptions): Hardware {
  const {device, stream, rates, channels, periodMs, bufferMs} = options;
  const alsa = library();
  const cannot = (what: string) => () => `${stream} device "${device}" does not do ${what}`;
  const out: PointerOut = [null];
  checked(alsa.snd_pcm_hw_params_malloc(out), () => 'no memory');
  const params = out[0]!;
  try {
    checked(alsa.snd_pcm_hw_params_any(handle, params), cannot('anything'));
    // Where a plug stands before the hardware it may change channels and format, but not the rate.
    checked(alsa.snd_pcm_hw_params_set_rate_resample(handle, params, 0), cannot('its own rate'));
    checked(
      alsa.snd_pcm_hw_params_set_access(handle, params, ACCESS_RW_INTERLEAVED),
      cannot('interleaved samples'),
    );
    checked(alsa.snd_pcm_hw_params_set_format(handle, params, FORMAT_S16_LE), cannot('16 bit'));
    checked(alsa.snd_pcm_hw_params_set_channels(handle, params, channels), cannot(`${channels} channel(s)`));
    const does = (rate: number) => alsa.snd_pcm_hw_params_test_rate(handle, params, rate, 0) === 0;
    const rate: NumberOut = [rates.find(does) ?? rates[0]];
    checked(alsa.snd_pcm_hw_params_set_rate_near(handle, params, rate, null), cannot(`${rate[0]} Hz`));
    const period: NumberOut = [Math.round((rate[0] * periodMs) / 1000)];
    checked(
      alsa.snd_pcm_hw_params_set_period_size_near(handle, params, period, null),
      cannot(`periods of ${periodMs} ms`),
    );
    const buffer: NumberOut = [Math.round((rate[0] * bufferMs) / 1000)];
    checked(
      alsa.snd_pcm_hw_params_set_buffer_size_near(handle, params, buffer),
      cannot(`a buffer of ${bufferMs} ms`),
    );
    checked(alsa.snd_pcm_hw_params(handle, params), cannot(`${rate[0]} Hz, 16 bit, ${channels} channel(s)`));
    return {rate: rate[0], periodFrames: period[0], bufferFrames: buffer[0]};
  } finally {
    alsa.snd_pcm_hw_params_free(params);
  }
}

function setSoftware(
  handle: Pointer,
  {rate, periodFrames, bufferFrames}: Hardware,
  {device, stream, startMs}: PcmOptions,
): void {
  const alsa = library();
  const cannot = () => `${stream} device "${device}" does not take its settings`;
  const out: PointerOut = [null];
  checked(alsa.snd_pcm_sw_params_malloc(out), () => 'no memory');
  const params = out[0]!;
  // More than the hardware's buffer holds would never be queued.
  const start = Math.min(Math.round((rate * startMs) / 1000), bufferFrames);
  try {
    checked(alsa.snd_pcm_sw_params_current(handle, params), cannot);
    checked(alsa.snd_pcm_sw_params_set_start_threshold(handle, params, start), cannot);
    checked(alsa.snd_pcm_sw_params_set_avail_min(handle, params, periodFrames), cannot);
    checked(alsa.snd_pcm_sw_params(handle, params), cannot);
  } finally {
    alsa.snd_pcm_sw_params_free(params);
  }
}
