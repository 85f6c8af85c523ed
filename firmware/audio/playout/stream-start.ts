import {advanceTimestamp, timestampDistance} from '../../rtp/sequence.ts';
import {narrowRate} from '../frame.ts';

/** Packets in a row that lie elsewhere, after which playing starts over with them. */
const resyncAfter = 3;
/** A sender that sent nothing for so long has paused, in ms. */
const shortestPause = 100;

/** Tells from the timestamps of packets whether the sender's clock has jumped, so that playing must start over. */
export class StreamStart {
  /** Where the packet after those elsewhere would begin, and how many there were in a row. */
  #elsewhereNext = 0;
  #elsewhere = 0;
  /** The end of the last packet that was played or will be, and when it came. */
  #end = 0;
  #heard = 0;

  /** A packet of `count` steps of the timestamp came at `now` (ms) that is part of what is played. */
  note(timestamp: number, count: number, now: number): void {
    this.#elsewhere = 0;
    this.#end = advanceTimestamp(timestamp, count);
    this.#heard = now;
  }

  /** Whether with this packet, far from all others, another stream begins: it is marked as a beginning, or others follow. */
  isElsewhere(timestamp: number, count: number, marker: boolean): boolean {
    const gap = timestampDistance(this.#elsewhereNext, timestamp);
    this.#elsewhere = gap >= 0 && gap < narrowRate ? this.#elsewhere + 1 : 1;
    this.#elsewhereNext = advanceTimestamp(timestamp, count);
    return marker || this.#elsewhere >= resyncAfter;
  }

  /** Whether the sender's clock stood still while it paused, as it should not (RFC 3550 section 5.1): it goes on as if nothing were. */
  stoodStill(timestamp: number, count: number, marker: boolean, now: number): boolean {
    const gap = timestampDistance(this.#end, timestamp);
    return marker && gap >= 0 && gap <= count && now - this.#heard >= shortestPause;
  }
}
