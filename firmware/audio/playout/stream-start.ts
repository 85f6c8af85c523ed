import {advanceTimestamp, timestampDistance} from '../../rtp/sequence.ts';
import {narrowRate} from '../frame.ts';

/** Packets in a row that lie elsewhere, after which playing starts over with them. */
const resyncAfter = 3;
/** A sender that sent nothing for so long has paused, in ms. */
const shortestPause = 100;
/** When packets have come for so long and none of them was played, those that are late are so for good; ms. */
const longestLateness = 300;

/** Tells from the packets that come whether the sender's clock or the network's delay has jumped, so that playing must start over. */
export class StreamStart {
  /** Where the packet after those elsewhere would begin, and how many there were in a row. */
  #elsewhereNext = 0;
  #elsewhere = 0;
  /** The end of the last packet that was played or will be, and when it came. */
  #end = 0;
  #heard = 0;
  /** Packets that had been played by then, and how long others have been coming since without one that was; ms. */
  #played = 0;
  #unplayed = 0;

  /**
   * A packet of `count` steps of the timestamp came at `now` (ms) that is part of what is played; so far `played` packets
   * were.
   */
  note(timestamp: number, count: number, played: number, now: number): void {
    this.#elsewhere = 0;
    // In a stall none come; what it held back comes at once afterwards.
    const passed = Math.min(now - this.#heard, shortestPause);
    this.#unplayed = played === this.#played ? this.#unplayed + passed : 0;
    this.#played = played;
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

  /** Whether packets that are late will be so as long as playing does not start over: none has been in time for long. */
  get isLateForGood(): boolean {
    return this.#unplayed >= longestLateness;
  }

  /** Whether the sender's clock stood still while it paused, as it should not (RFC 3550 section 5.1): it goes on as if nothing were. */
  stoodStill(timestamp: number, count: number, marker: boolean, now: number): boolean {
    const gap = timestampDistance(this.#end, timestamp);
    return marker && gap >= 0 && gap <= count && now - this.#heard >= shortestPause;
  }
}
