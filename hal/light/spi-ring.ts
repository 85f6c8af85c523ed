import type {LightDriver} from './light-driver.ts';
import {frameBytes, Ws2812Encoder} from './ws2812.ts';

/** What sends bytes over SPI. */
export interface SpiSender {
  /** Sends at once and elsewhere; calls `done` when `bytes` may be changed again. */
  send(bytes: Uint8Array, done: (error: Error | null) => void): void;
  /** Sends, and waits until it is done. @throws Error */
  sendNow(bytes: Uint8Array): void;
  close(): void;
}

/**
 * WS2812 lights on SPI. A frame takes about a millisecond on the wire, in which nobody waits: of the frames that come meanwhile
 * the last one follows. The lights keep what they show without us, also when the process is killed, until they are sent
 * something else or lose their supply.
 */
export class SpiRing implements LightDriver {
  readonly count: number;
  readonly #sender: SpiSender;
  readonly #encoder = new Ws2812Encoder();
  #sending: Uint8Array;
  #next: Uint8Array;
  #busy = false;
  #waiting = false;
  #failure: Error | undefined;
  #closed = false;

  constructor(count: number, sender: SpiSender) {
    this.count = count;
    this.#sender = sender;
    this.#sending = new Uint8Array(frameBytes(count));
    this.#next = new Uint8Array(frameBytes(count));
  }

  /** @throws Error where the frame before could not be sent. */
  show(frame: Uint8Array, brightness: number): void {
    if (this.#closed) return;
    this.#encoder.encode(frame, brightness, this.#next);
    this.#waiting = true;
    this.#send();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#darken();
    // A frame that is on its way still needs the device.
    if (!this.#busy) this.#sender.close();
  }

  #send(): void {
    if (this.#busy || !this.#waiting) return;
    [this.#sending, this.#next] = [this.#next, this.#sending];
    this.#waiting = false;
    this.#busy = true;
    this.#sender.send(this.#sending, this.#done);
  }

  readonly #done = (error: Error | null): void => {
    this.#busy = false;
    this.#failure = error ?? this.#failure;
    if (!this.#closed) {
      this.#send();
      return;
    }
    this.#darken();
    this.#sender.close();
  };

  #darken(): void {
    this.#encoder.encode(new Uint8Array(3 * this.count), 0, this.#next);
    try {
      this.#sender.sendNow(this.#next);
    } catch {
      // Whoever showed the last frame has been told.
    }
  }
}
