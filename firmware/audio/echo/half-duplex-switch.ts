import {LevelLikeness} from './level-likeness.ts';

/** A frame tells something while what is played lies no further below its loudest, in dB; that is forgotten, in dB a frame. */
const loud = {range: 20, fading: 0.02} as const;
/** From this likeness on what is left is of the echo; below it somebody may be speaking. */
const alike = 0.5;
/** What may be left of an echo, in dB against it: speech can be told from so much; and nobody speaks where it is so little. */
const mayBeLeft = {besidesSpeech: -20, always: -28} as const;
/** Frames: what speaks for the canceller is counted up to `most`. It has to come up to `ends`, or down to nothing, to change. */
const evidence = {most: 100, ends: 60, first: 40} as const;
/** Frames after which a canceller that has shown nothing yet, for somebody spoke all the time, is trusted: 3 s. */
const patience = 150;

/** Levels of a frame in dB; in one object, for numbers with parts that are handed over one by one have to be allocated. */
export interface FrameLevels {
  /** What is played and may echo now. */
  readonly played: number;
  readonly echo: number;
  /** What is left of it, of speech and of noise. */
  readonly left: number;
}

/**
 * Whether so much of the echo is left that who speaks could not be told from it. A canceller that knows nothing yet has to show
 * that it has learnt; one that goes wrong later has to do so for seconds. Pauses say nothing, nor does speech against the echo.
 */
export class HalfDuplexSwitch {
  on = true;
  #evidence: number = evidence.first;
  /** Whether the canceller has still to show what it can, and since how many frames. */
  #starting = true;
  #frames = 0;
  #loudest = 0;
  readonly #likeness = new LevelLikeness();

  /** The canceller knows nothing any more. */
  restart(): void {
    this.on = true;
    this.#evidence = evidence.first;
    this.#starting = true;
    this.#frames = 0;
  }

  /** Takes the levels of a frame. `inaudible`: what is left is too weak to disturb. */
  add({played, echo, left}: FrameLevels, inaudible: boolean): void {
    this.#likeness.add(played, left);
    this.#loudest = Math.max(played, this.#loudest - loud.fading);
    if (played < this.#loudest - loud.range) return;
    const follows = this.#likeness.value > alike;
    if (inaudible || left - echo < (follows ? mayBeLeft.besidesSpeech : mayBeLeft.always)) this.#evidence++;
    else if (follows) this.#evidence--;
    const least = this.#starting ? evidence.first : 0;
    this.#evidence = Math.max(least, Math.min(evidence.most, this.#evidence));
    if (this.#evidence >= evidence.ends) this.#end();
    else if (this.#evidence === 0) this.on = true;
    if (this.#starting && ++this.#frames >= patience) {
      this.#starting = false;
      if (!follows) this.on = false;
    }
  }

  #end(): void {
    this.on = false;
    this.#starting = false;
  }
}
