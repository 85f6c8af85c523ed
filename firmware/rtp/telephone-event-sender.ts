import {eventCode} from './telephone-event.ts';

/** Power level of the tone that an event stands for, in -dBm0. */
const volume = 10;
/** Packets that tell of a key being held: 5 steps of 20 ms make 100 ms. */
const holdSteps = 5;
/** The packet with the end bit goes out three times (RFC 4733 section 2.5.1.4). */
const endPackets = 3;
/** Silence after a key before the next may start, in steps. */
const pauseSteps = 4;
/** Keys that may wait. */
const maxWaiting = 32;

/**
 * Turns keys into telephone-event packets, one for each 20 ms step (RFC 4733 section 2.5.1).
 *
 *   idle --step--> hold x5 --> end x3 --> pause x4 --> idle
 */
export class TelephoneEventSender {
  readonly #waiting: number[] = [];
  #code = 0;
  #step = 0;
  #running = false;
  /** RTP timestamp of the start of the running event. */
  timestamp = 0;
  /** True for the first packet of an event. */
  marker = false;

  /** Queues a key; false when it is none, or too many wait already. */
  press(key: string): boolean {
    const code = eventCode(key);
    if (code === undefined || this.#waiting.length >= maxWaiting) return false;
    this.#waiting.push(code);
    return true;
  }

  /**
   * One step of `samples` samples at RTP time `now`. Writes the event's four bytes at `at` of `bytes` and
   * returns true when a packet is to be sent instead of sound, with `timestamp` and `marker` of this object.
   */
  step(bytes: Uint8Array, at: number, now: number, samples: number): boolean {
    if (!this.#running) {
      const code = this.#waiting.shift();
      if (code === undefined) return false;
      this.#running = true;
      this.#code = code;
      this.#step = 0;
      this.timestamp = now;
    }
    const step = this.#step++;
    if (step >= holdSteps + endPackets) {
      if (step + 1 >= holdSteps + endPackets + pauseSteps) this.#running = false;
      return false;
    }
    this.marker = step === 0;
    const duration = samples * Math.min(step + 1, holdSteps);
    bytes[at] = this.#code;
    bytes[at + 1] = (step >= holdSteps ? 0x80 : 0) | volume;
    bytes[at + 2] = duration >> 8;
    bytes[at + 3] = duration;
    return true;
  }
}
