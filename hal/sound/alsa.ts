import {AlsaError, Errno, listCards, Pcm, type PcmStream} from 'node-alsa';
import {type Clock, HardwareError} from '../hal.ts';
import {BUFFER_MS, type Microphone, PAUSE_MS, type Speaker, START_MS} from './direction.ts';

const PERIOD_MS = 10;

/** What both directions of an ALSA device need. */
export interface AlsaOptions {
  /** The PCM's name, such as `default` or `plughw:CARD=Device`. */
  readonly device: string;
  readonly rate: number;
  readonly clock: Clock;
  readonly log: (text: string) => void;
}

/** Captures from an ALSA device. Runs from the start; after an overrun or a pause it goes on with what is new. */
export class AlsaMicrophone implements Microphone {
  readonly rate: number;
  readonly #line: AlsaLine;

  /** @throws HardwareError in words that say what to do. */
  constructor(options: AlsaOptions) {
    this.rate = options.rate;
    this.#line = new AlsaLine('capture', options);
    this.#line.pcm.start();
  }

  read(samples: Int16Array): number {
    return this.#line.move((pcm) => pcm.read(samples));
  }

  get xruns(): number {
    return this.#line.xruns;
  }

  close(): void {
    this.#line.pcm.close();
  }
}

/** Plays on an ALSA device. Starts, also after an underrun or a pause, once 40 ms are queued. */
export class AlsaSpeaker implements Speaker {
  readonly rate: number;
  readonly #line: AlsaLine;

  /** @throws HardwareError in words that say what to do. */
  constructor(options: AlsaOptions) {
    this.rate = options.rate;
    this.#line = new AlsaLine('playback', options);
  }

  write(samples: Int16Array): number {
    return this.#line.move((pcm) => pcm.write(samples));
  }

  delay(): number {
    return this.#line.lost ? 0 : Math.max(0, this.#line.pcm.delay());
  }

  get xruns(): number {
    return this.#line.xruns;
  }

  close(): void {
    this.#line.pcm.close();
  }
}

/** One direction with its recovery. */
class AlsaLine {
  readonly pcm: Pcm;
  xruns = 0;
  /** The device is gone; nothing moves any more. */
  lost = false;
  readonly #options: AlsaOptions;
  #lastMove = Number.NEGATIVE_INFINITY;

  constructor(stream: PcmStream, options: AlsaOptions) {
    this.#options = options;
    const frames = (milliseconds: number) => Math.round((options.rate * milliseconds) / 1000);
    try {
      this.pcm = Pcm.open({
        device: options.device,
        stream,
        rate: options.rate,
        channels: 1,
        periodFrames: frames(PERIOD_MS),
        bufferFrames: frames(BUFFER_MS),
        startFrames: frames(START_MS),
      });
    } catch (error) {
      throw new HardwareError(openMessage(options.device, error as Error));
    }
  }

  /** Reads or writes; where that fails for an under- or overrun, recovers and tries once more. */
  move(transfer: (pcm: Pcm) => number): number {
    if (this.lost) return 0;
    const now = this.#options.clock.now();
    const paused = now - this.#lastMove >= PAUSE_MS;
    this.#lastMove = now;
    const count = transfer(this.pcm);
    if (count >= 0) return count;
    if (!paused) this.xruns += 1;
    return this.#recover(count) ? Math.max(0, transfer(this.pcm)) : 0;
  }

  #recover(error: number): boolean {
    try {
      this.pcm.recover(error);
      if (this.pcm.stream === 'capture') this.pcm.start();
      return true;
    } catch (problem) {
      this.lost = true;
      const text = problem instanceof AlsaError ? problem.message : String(problem);
      this.#options.log(`${text}. It is tried again with the next sound; check that it is plugged in`);
      return false;
    }
  }
}

/** Why a device did not open, and what to do. */
function openMessage(device: string, error: Error): string {
  if (!(error instanceof AlsaError)) return error.message;
  switch (error.code) {
    case Errno.missing:
    case Errno.gone: {
      const cards = listCards().map(({id}) => `plughw:CARD=${id}`);
      const present =
        cards.length === 0
          ? 'This machine has no sound card; "silence", "discard" or file:PATH.wav can stand in'
          : `Cards here: ${cards.join(', ')}`;
      return `there is no ALSA device "${device}". ${present}`;
    }
    case Errno.busy:
      return `${error.message}. Another program uses it: end that, or name a device that is shared (default)`;
    case Errno.forbidden:
      return `${error.message}. Add the user to the group "audio"`;
    case Errno.invalid:
      return `${error.message}. Names that start with plughw: convert`;
    default:
      return error.message;
  }
}
