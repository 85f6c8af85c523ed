import type {SocketAddress} from './audio-stream.ts';
import type {RtpHeader} from './packet.ts';
import {nextSequence} from './sequence.ts';

/** Packets of one sender in a row that a new source must show before it is believed (RFC 3550 A.1). */
const probation = 3;
/** How long the present source must have been quiet before another is considered, in ms. */
const quietTime = 500;

/**
 * Where a session's packets come from and go to (symmetric RTP, RFC 4961).
 *
 * The negotiated address is always believed. Where it is behind a NAT its packets come from elsewhere: that
 * source is taken once, when nothing comes from the negotiated address and the source shows three packets of
 * one SSRC with consecutive numbers. A packet from the negotiated address takes the session back for good.
 *
 *   negotiated --quiet, 3 in a row from one other source--> latched --packet from the negotiated--> settled
 */
export class RemoteAddress {
  #negotiated: SocketAddress;
  #current: SocketAddress;
  #mayLatch = true;
  /** When the present source last sent, or the address was negotiated; ms. */
  #heard: number;
  #candidate: SocketAddress | undefined;
  #candidateSsrc = 0;
  #candidateNext = 0;
  #candidatePackets = 0;

  /** `now` in ms. */
  constructor(negotiated: SocketAddress, now: number) {
    this.#negotiated = negotiated;
    this.#current = negotiated;
    // Nothing has been heard yet, so the first source that proves itself need not wait.
    this.#heard = now - quietTime;
  }

  /** Where to send to. */
  get current(): SocketAddress {
    return this.#current;
  }

  /** Whether that is the address that was negotiated, not a source that was latched to. */
  get isNegotiated(): boolean {
    return this.#current === this.#negotiated;
  }

  /** A new offer or answer: starts over when it names another address. */
  negotiate(negotiated: SocketAddress, now: number): void {
    if (isSame(negotiated, this.#negotiated.address, this.#negotiated.port)) return;
    this.#negotiated = negotiated;
    this.#current = negotiated;
    this.#mayLatch = true;
    this.#heard = now - quietTime;
    this.#candidate = undefined;
  }

  /** Whether a packet from this source belongs to the session. */
  accept(address: string, port: number, header: RtpHeader, now: number): boolean {
    if (isSame(this.#current, address, port)) {
      this.#heard = now;
      if (this.#current === this.#negotiated) this.#candidate = undefined;
      return true;
    }
    if (isSame(this.#negotiated, address, port)) {
      this.#current = this.#negotiated;
      this.#mayLatch = false;
      this.#heard = now;
      return true;
    }
    if (!this.#mayLatch || now - this.#heard < quietTime || !this.#proves(address, port, header))
      return false;
    this.#current = {address, port};
    this.#mayLatch = false;
    this.#heard = now;
    return true;
  }

  #proves(address: string, port: number, header: RtpHeader): boolean {
    const consistent =
      this.#candidate !== undefined &&
      isSame(this.#candidate, address, port) &&
      header.ssrc === this.#candidateSsrc &&
      header.sequenceNumber === this.#candidateNext;
    if (!consistent) {
      this.#candidate = {address, port};
      this.#candidateSsrc = header.ssrc;
      this.#candidatePackets = 0;
    }
    this.#candidateNext = nextSequence(header.sequenceNumber);
    this.#candidatePackets++;
    return this.#candidatePackets >= probation;
  }
}

function isSame(one: SocketAddress, address: string, port: number): boolean {
  return one.port === port && one.address === address;
}
