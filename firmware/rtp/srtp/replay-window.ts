/** Packets back from the newest in which an old one may still come (RFC 3711 section 3.3.2: at least 64). */
const size = 128;
/** Senders (SSRC) that are told apart at a time under one key; gateways use a second one for keys. */
const maxSenders = 8;

/** Remembers which packets came, by their index, so that none is taken twice. */
class ReplayWindow {
  /** The newest index; -1 before the first. */
  newest = -1;
  readonly #seen = new Uint8Array(size);

  /** Whether the packet may be taken: it is new, or not too old and did not come before. */
  admits(index: number): boolean {
    if (index > this.newest) return true;
    return index > this.newest - size && this.#seen[index % size] === 0;
  }

  /** Remembers an admitted packet, once it has proved to be genuine. */
  take(index: number): void {
    if (index - this.newest >= size) this.#seen.fill(0);
    else for (let between = this.newest + 1; between < index; between++) this.#seen[between % size] = 0;
    this.#seen[index % size] = 1;
    this.newest = Math.max(this.newest, index);
  }
}

/** A window for each sender under one key. */
export class ReplayWindows {
  /** The one that sent last stands first. */
  readonly #senders: {readonly ssrc: number; readonly window: ReplayWindow}[] = [];

  /** The window of a sender of whom a genuine packet has come. */
  of(ssrc: number): ReplayWindow | undefined {
    return this.#senders.find((sender) => sender.ssrc === ssrc)?.window;
  }

  /** Remembers an admitted packet once it has proved to be genuine: a stranger's must not make room for itself. */
  take(ssrc: number, index: number): void {
    if (this.#senders[0]?.ssrc !== ssrc) this.#bringForward(ssrc);
    this.#senders[0]!.window.take(index);
  }

  #bringForward(ssrc: number): void {
    const known = this.#senders.findIndex((sender) => sender.ssrc === ssrc);
    const [sender = {ssrc, window: new ReplayWindow()}] = known < 0 ? [] : this.#senders.splice(known, 1);
    this.#senders.unshift(sender);
    this.#senders.length = Math.min(this.#senders.length, maxSenders);
  }
}
