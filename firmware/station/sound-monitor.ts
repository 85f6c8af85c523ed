import type {SoundHalf} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import type {JournalEvent} from './journal-event.ts';
import type {SoundCondition} from './status.ts';

/** So many overruns or underruns within the time (ms) are told of, and then none for the pause (ms). */
const MANY = 10;
const WITHIN = 60_000;
const PAUSE = 600_000;

type Direction = 'microphone' | 'speaker';

/** Follows how the sound card is, and tells what has changed: lost, there again, silent, not keeping pace. */
export class SoundMonitor {
  readonly #clock: Clock;
  readonly #tell: (event: JournalEvent) => void;
  readonly #deviceCame: ((device: string) => void) | undefined;
  #condition: SoundCondition | undefined;
  readonly #counts: Record<Direction, XrunCount>;

  constructor(options: {
    clock: Clock;
    tell: (event: JournalEvent) => void;
    /** A device is there, from the beginning or again. */
    deviceCame?: ((device: string) => void) | undefined;
  }) {
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#deviceCame = options.deviceCame;
    this.#counts = {microphone: new XrunCount(), speaker: new XrunCount()};
  }

  /** As it was told last; null before it was. */
  get condition(): SoundCondition | null {
    return this.#condition ?? null;
  }

  update(condition: SoundCondition): void {
    const before = this.#condition;
    this.#condition = condition;
    const came = new Set<string>();
    for (const direction of ['microphone', 'speaker'] as const) {
      const half = condition[direction];
      if (this.#compare(before?.[direction], half)) came.add(half.device);
      this.#count(direction, half);
    }
    for (const device of came) this.#deviceCame?.(device);
    const {device} = condition.microphone;
    const wasSilent = before?.microphoneSilent ?? false;
    if (condition.microphoneSilent && !wasSilent) this.#tell({kind: 'microphone-silent', device});
    if (!condition.microphoneSilent && wasSilent && condition.microphone.fault === null) {
      this.#tell({kind: 'microphone-heard', device});
    }
  }

  /** Returns whether it is there, and was not before. */
  #compare(before: SoundHalf | undefined, {device, fault}: SoundHalf): boolean {
    if (fault !== null && fault.text !== before?.fault?.text) {
      this.#tell({kind: 'sound-fault', device, reason: fault.text});
    }
    if (fault === null && before?.fault) this.#tell({kind: 'sound-restored', device});
    return fault === null && before?.fault !== null;
  }

  #count(direction: Direction, {device, xruns}: SoundHalf): void {
    const count = this.#counts[direction].add(xruns, this.#clock.now());
    if (count !== undefined) this.#tell({kind: 'sound-xruns', device, direction, count});
  }
}

/** Notices a count that grows fast. */
class XrunCount {
  /** When the minute began, and the count then. */
  #since = 0;
  #atFirst = 0;
  #last = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** Returns by how much it has grown within a minute, where that is much and has not been told of just before. */
  add(total: number, now: number): number | undefined {
    if (now - this.#since > WITHIN) {
      this.#since = now;
      this.#atFirst = this.#last;
    }
    this.#last = total;
    const grown = total - this.#atFirst;
    if (grown < MANY || now < this.#quietUntil) return undefined;
    this.#quietUntil = now + PAUSE;
    return grown;
  }
}
