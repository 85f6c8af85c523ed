import {AlsaError, checked} from './error.ts';
import {library, type NumberOut, type Pointer, type PointerOut} from './library.ts';

export type PcmStream = 'playback' | 'capture';

/** How to open a PCM: signed 16 bit, interleaved. */
export interface PcmOptions {
  /** The PCM's name: `default`, `plughw:CARD=Device`, or one of an ALSA configuration file. */
  readonly device: string;
  readonly stream: PcmStream;
  /** Frames a second; exactly this or an error. `plug` devices convert. */
  readonly rate: number;
  /** Samples in a frame. */
  readonly channels: number;
  /** Wanted frames between two interrupts; the hardware may give another. */
  readonly periodFrames: number;
  /** Wanted frames in the buffer; the hardware may give another. */
  readonly bufferFrames: number;
  /** Playback starts by itself once this many frames are queued. */
  readonly startFrames: number;
}

const PLAYBACK = 0;
const CAPTURE = 1;
const NONBLOCK = 1;
const ACCESS_RW_INTERLEAVED = 3;
const FORMAT_S16_LE = 2;
const EAGAIN = -11;
const STATE_RUNNING = 3;

/** An open PCM that never blocks. Not to be shared between threads. */
export class Pcm {
  readonly device: string;
  readonly stream: PcmStream;
  readonly channels: number;
  /** Frames in a period and in the buffer, as the hardware gave them. */
  readonly periodFrames: number;
  readonly bufferFrames: number;
  readonly #handle: Pointer;
  readonly #delay: NumberOut = [0];
  #open = true;

  private constructor(handle: Pointer, options: PcmOptions, periodFrames: number, bufferFrames: number) {
    this.#handle = handle;
    this.device = options.device;
    this.stream = options.stream;
    this.channels = options.channels;
    this.periodFrames = periodFrames;
    this.bufferFrames = bufferFrames;
  }

  /**
   * Opens and prepares a PCM. Capture runs from `start` on, playback once `startFrames` are queued.
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
      const {period, buffer} = setHardware(handle, options);
      setSoftware(handle, period, options);
      checked(alsa.snd_pcm_prepare(handle), () => `${stream} device "${device}" cannot be prepared`);
      return new Pcm(handle, options, period, buffer);
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

  /** Starts capture, or playback before `startFrames` are queued. */
  start(): void {
    checked(
      library().snd_pcm_start(this.#usable()),
      () => `${this.stream} device "${this.device}" cannot start`,
    );
  }

  /**
   * Makes the PCM usable again after `read`, `write` or `available` returned the negative `error` of an
   * under- or overrun or of a suspension. What was queued is lost. It does not run afterwards: refill playback
   * up to `startFrames`; call `start` for capture.
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

function setHardware(handle: Pointer, options: PcmOptions): {period: number; buffer: number} {
  const {device, stream, rate, channels, periodFrames, bufferFrames} = options;
  const alsa = library();
  const cannot = (what: string) => () => `${stream} device "${device}" does not do ${what}`;
  const out: PointerOut = [null];
  checked(alsa.snd_pcm_hw_params_malloc(out), () => 'no memory');
  const params = out[0]!;
  try {
    checked(alsa.snd_pcm_hw_params_any(handle, params), cannot('anything'));
    checked(
      alsa.snd_pcm_hw_params_set_access(handle, params, ACCESS_RW_INTERLEAVED),
      cannot('interleaved samples'),
    );
    checked(alsa.snd_pcm_hw_params_set_format(handle, params, FORMAT_S16_LE), cannot('16 bit'));
    checked(alsa.snd_pcm_hw_params_set_channels(handle, params, channels), cannot(`${channels} channel(s)`));
    checked(alsa.snd_pcm_hw_params_set_rate(handle, params, rate, 0), cannot(`${rate} Hz`));
    const period: NumberOut = [periodFrames];
    checked(
      alsa.snd_pcm_hw_params_set_period_size_near(handle, params, period, null),
      cannot(`periods of ${periodFrames} frames`),
    );
    const buffer: NumberOut = [bufferFrames];
    checked(
      alsa.snd_pcm_hw_params_set_buffer_size_near(handle, params, buffer),
      cannot(`a buffer of ${bufferFrames} frames`),
    );
    checked(alsa.snd_pcm_hw_params(handle, params), cannot(`${rate} Hz, 16 bit, ${channels} channel(s)`));
    return {period: period[0], buffer: buffer[0]};
  } finally {
    alsa.snd_pcm_hw_params_free(params);
  }
}

function setSoftware(handle: Pointer, period: number, {device, stream, startFrames}: PcmOptions): void {
  const alsa = library();
  const cannot = () => `${stream} device "${device}" does not take its settings`;
  const out: PointerOut = [null];
  checked(alsa.snd_pcm_sw_params_malloc(out), () => 'no memory');
  const params = out[0]!;
  try {
    checked(alsa.snd_pcm_sw_params_current(handle, params), cannot);
    checked(alsa.snd_pcm_sw_params_set_start_threshold(handle, params, startFrames), cannot);
    checked(alsa.snd_pcm_sw_params_set_avail_min(handle, params, period), cannot);
    checked(alsa.snd_pcm_sw_params(handle, params), cannot);
  } finally {
    alsa.snd_pcm_sw_params_free(params);
  }
}
