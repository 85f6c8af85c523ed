import {Framing} from '../../firmware/sip/transport/framing.ts';
import type {DatagramMutator} from './datagram-mutator.ts';

/**
 * Messages on their way through a stream: run together, cut up anywhere, and followed by what a changed length makes of
 * the next ones. A stream that has become garbage is followed by a new one, as a connection would be.
 */
export class FuzzedStream {
  #mutator: DatagramMutator;
  #give: (message: Uint8Array) => void;
  #framing = new Framing();

  /** `give` gets what comes out. */
  constructor(mutator: DatagramMutator, give: (message: Uint8Array) => void) {
    this.#mutator = mutator;
    this.#give = give;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    while (start < bytes.length) {
      const end = this.#mutator.once(3) ? start + 1 + this.#mutator.below(bytes.length) : bytes.length;
      const pushed = this.#framing.push(bytes.slice(start, end), (frame) => {
        if (frame.kind === 'message') this.#give(frame.bytes);
      });
      start = end;
      if (pushed.ok) continue;
      this.restart();
      return;
    }
  }

  /** What has not come out by now never does. */
  restart(): void {
    this.#framing = new Framing();
  }
}
