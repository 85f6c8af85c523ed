import type {SoundCard} from '../../hal/hal.ts';
import {ClockFollower} from './clock-follower.ts';
import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {Resampler} from './resampler.ts';

/** However much waits without need, so much is left besides the frame in use, in ms. */
const keptMs = frameTime / 2;
/** Captured samples beyond which none need wait: a frame in use, one as a lead, and half a usual period of the card. */
const enoughCaptured = 2 * frameSamples + 0.005 * sampleRate;
/** What runs dry within so many frames after it was lowered, 30 s, was lowered too far. */
const soon = 30_000 / frameTime;

/**
 * A sound card at our rate. Its two clocks are brought to ours by resampling, each as the samples that wait tell.
 * To be made anew where the card's rates have changed.
 */
export class MatchedCard {
  readonly #card: SoundCard;
  /** What is read at a time: a frame at the card's rate. */
  readonly #read: Int16Array;
  /** What was captured last, at our rate. */
  readonly captured: Int16Array;
  /** Whether there was no more to be read. */
  exhausted = false;
  /** A frame to be played at the card's rate, and what it has where the clocks are equal. */
  readonly #played: Int16Array;
  readonly #usual: Int16Array;
  readonly #fromCard: Resampler;
  readonly #toCard: Resampler;
  /** Of what is captured and waits, and of what waits in the card to be played. */
  readonly #capturing = new ClockFollower(
    frameSamples,
    frameSamples + (keptMs * sampleRate) / 1000,
    enoughCaptured,
  );
  readonly #playing: ClockFollower;
  #framesSinceLowered = soon;

  constructor(card: SoundCard) {
    const {captureRate, playbackRate} = card;
    this.#card = card;
    this.#read = new Int16Array(Math.round((captureRate * frameTime) / 1000));
    this.captured = new Int16Array(2 * frameSamples);
    this.#played = new Int16Array(Math.ceil((playbackRate * frameTime) / 1000) + 1);
    this.#usual = this.#played.subarray(0, Math.round((playbackRate * frameTime) / 1000));
    this.#fromCard = new Resampler(captureRate, sampleRate, this.#read.length, true);
    this.#toCard = new Resampler(sampleRate, playbackRate, frameSamples, true);
    this.#playing = new ClockFollower((playbackRate * frameTime) / 1000, (playbackRate * keptMs) / 1000);
  }

  /** Reads what there is, about a frame at most; returns how many samples of `captured` it made. */
  capture(): number {
    const count = this.#card.read(this.#read);
    this.exhausted = count < this.#read.length;
    return this.#fromCard.process(this.#read, count, this.captured);
  }

  /** Plays the first `length` samples of a frame. */
  play(frame: Int16Array, length = frameSamples): void {
    const count = this.#toCard.process(frame, length, this.#played);
    // A view of each would have to be allocated.
    this.#card.write(count === this.#usual.length ? this.#usual : this.#played.subarray(0, count));
  }

  /** Brings the microphone's clock to ours; `waiting`: captured samples that wait, once a frame. */
  followCapture(waiting: number): void {
    this.#capturing.add(waiting);
    this.#fromCard.deviation = -this.#capturing.excess;
  }

  /** The same of the loudspeaker's. */
  followPlayback(): void {
    this.#framesSinceLowered++;
    this.#playing.add(this.#card.playbackDelay());
    this.#toCard.deviation = -this.#playing.excess;
  }

  /** What is captured and waits had run out and is gathered anew. */
  restartCapture(): void {
    this.#capturing.restart();
  }

  /** The same of what waits to be played: nobody knows how much of it a card needs. */
  restartPlayback(): void {
    this.#playing.restart(this.#framesSinceLowered < soon);
  }

  /** Of what is captured and waits some was left out. */
  jumpCapture(): void {
    this.#capturing.jump();
  }

  /** The same of what waits to be played. */
  jumpPlayback(): void {
    this.#playing.jump();
    this.#framesSinceLowered = 0;
  }

  /** Captured samples that wait without need, at our rate. */
  get spareCaptured(): number {
    return this.#capturing.surplus;
  }

  /** The same of what waits to be played. */
  get sparePlaying(): number {
    return (this.#playing.surplus * sampleRate) / this.#card.playbackRate;
  }

  /** Samples of what was played last that are still to come out of resampling. */
  get kept(): number {
    return this.#toCard.delay;
  }

  /** Samples at our rate that resampling takes, both ways together. */
  get ownDelay(): number {
    return this.kept + (this.#fromCard.delay * sampleRate) / this.#card.captureRate;
  }

  playbackDelayMs(): number {
    return (this.#card.playbackDelay() * 1000) / this.#card.playbackRate;
  }
}
