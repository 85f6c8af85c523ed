import type {SoundCard} from '../../hal/hal.ts';
import {ClockFollower} from './clock-follower.ts';
import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {Resampler} from './resampler.ts';

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
  /** A frame to be played at the card's rate. */
  readonly #played: Int16Array;
  readonly #fromCard: Resampler;
  readonly #toCard: Resampler;
  /** Of what is captured and waits, and of what waits in the card to be played. */
  readonly #capturing = new ClockFollower(frameSamples);
  readonly #playing: ClockFollower;

  constructor(card: SoundCard) {
    const {captureRate, playbackRate} = card;
    this.#card = card;
    this.#read = new Int16Array(Math.round((captureRate * frameTime) / 1000));
    this.captured = new Int16Array(2 * frameSamples);
    this.#played = new Int16Array(Math.ceil((playbackRate * frameTime) / 1000) + 1);
    this.#fromCard = new Resampler(captureRate, sampleRate, this.#read.length, true);
    this.#toCard = new Resampler(sampleRate, playbackRate, frameSamples, true);
    this.#playing = new ClockFollower((playbackRate * frameTime) / 1000);
  }

  /** Reads what there is, about a frame at most; returns how many samples of `captured` it made. */
  capture(): number {
    const count = this.#card.read(this.#read);
    this.exhausted = count < this.#read.length;
    // Where nothing is to be changed nothing is.
    if (this.#card.captureRate === sampleRate && this.#fromCard.deviation === 0) {
      this.captured.set(this.#read);
      return count;
    }
    return this.#fromCard.process(this.#read, count, this.captured);
  }

  play(frame: Int16Array): void {
    if (this.#card.playbackRate === sampleRate && this.#toCard.deviation === 0) {
      this.#card.write(frame);
      return;
    }
    const count = this.#toCard.process(frame, frameSamples, this.#played);
    this.#card.write(this.#played.subarray(0, count));
  }

  /** Brings the microphone's clock to ours; `waiting`: captured samples that wait, once a frame. */
  followCapture(waiting: number): void {
    this.#capturing.add(waiting);
    this.#fromCard.deviation = -this.#capturing.excess;
  }

  /** The same of the loudspeaker's. */
  followPlayback(): void {
    this.#playing.add(this.#card.playbackDelay());
    this.#toCard.deviation = -this.#playing.excess;
  }

  /** What is captured and waits has begun anew, or jumped. */
  restartCapture(): void {
    this.#capturing.restart();
  }

  /** The same of what waits to be played. */
  restartPlayback(): void {
    this.#playing.restart();
  }

  /** The least that waited through some seconds, at our rate; undefined before there were as many. */
  get leastCaptured(): number | undefined {
    return this.#capturing.least;
  }

  /** The same of what waits to be played, in ms. */
  get leastPlayingMs(): number | undefined {
    const {least} = this.#playing;
    return least === undefined ? undefined : (least * 1000) / this.#card.playbackRate;
  }

  playbackDelayMs(): number {
    return (this.#card.playbackDelay() * 1000) / this.#card.playbackRate;
  }
}
