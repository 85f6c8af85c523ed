import type {SoundCard, SoundState} from '../../hal/hal.ts';
import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {MatchedCard} from './matched-card.ts';
import {leaveOut, SpareSound} from './spare-sound.ts';

/** Captured samples that wait besides the frame in use, so that a card may be a little late. */
const captureLead = frameSamples;
/** Captured samples that may wait; of more, all but what a frame and its lead need is dropped. */
const capturedLimit = 4 * frameSamples;
/** Frames that are read at once at most, half a second: what calls itself a card may give without end. */
const mostReads = 25;
/** Frames after a start of playback in which nothing is concluded from what a card tells: some begin late to tell anything. */
const untold = 25;
/** Sound queued for playback beyond which a frame is left out, in ms. */
const playbackLimitMs = 80;

/** Opens the sound card. @throws HardwareError for what cannot come later, such as a file that is missing. */
export type OpenSound = () => SoundCard;

/**
 * The sound card as the media thread uses it: a frame in, a frame out, each step. The card's two clocks are brought to ours;
 * what comes too much all the same is dropped, and what lacks is silence, so that delay cannot grow. What a stall has added goes
 * again: a little by the clocks, more by leaving sound out in a pause.
 */
export class SoundPath {
  readonly #card: SoundCard;
  #matched: MatchedCard;
  readonly #captured = new Int16Array(capturedLimit + 2 * frameSamples);
  #capturedCount = 0;
  /** Frames since capture was started, or had to begin anew. */
  framesCaptured = 0;
  /** Whether the lead has been gathered. */
  #primed = false;
  readonly #silence = new Int16Array(frameSamples);
  readonly #spareCaptured = new SpareSound();
  readonly #sparePlaying = new SpareSound();
  readonly #played = new Int16Array(frameSamples);
  #framesPlayed = untold;
  #leftOut = 0;

  /** Opens the card. @throws HardwareError */
  constructor(open: OpenSound) {
    this.#card = open();
    this.#matched = new MatchedCard(this.#card);
  }

  /** How the card is. */
  get state(): SoundState {
    return this.#card.state;
  }

  /**
   * Looks whether the card is still there, and for one that is not. To be called every few seconds, and when sound is wanted.
   * Returns whether a device has come or gone.
   */
  refresh(): boolean {
    if (!this.#card.refresh()) return false;
    this.#matched = new MatchedCard(this.#card);
    this.#capturedCount = 0;
    this.#primed = false;
    this.framesCaptured = 0;
    this.#framesPlayed = untold;
    return true;
  }

  /** The microphone is wanted from now on: what it captured before is dropped. */
  startCapture(): void {
    for (let reads = 0; reads < mostReads; reads++) {
      this.#matched.capture();
      if (this.#matched.exhausted) break;
    }
    this.#capturedCount = 0;
    this.#primed = false;
    this.framesCaptured = 0;
  }

  /** Fills `frame` with captured sound, with silence where none is there. */
  capture(frame: Int16Array): void {
    this.#readCard();
    if (this.#capturedCount < frameSamples) this.#primed = false;
    else if (this.#capturedCount >= frameSamples + captureLead) this.#primed = true;
    if (!this.#primed) {
      frame.fill(0);
      this.framesCaptured = 0;
      return;
    }
    if (this.framesCaptured++ === 0) this.#matched.restartCapture();
    this.#matched.followCapture(this.#capturedCount);
    this.#take(frame);
    const spare = Math.min(this.#matched.spareCaptured, this.#capturedCount - frameSamples - captureLead);
    const due = this.#spareCaptured.due(spare, frame);
    if (due > 0) {
      this.#capturedCount = leaveOut(this.#captured, this.#capturedCount, due);
      this.#jumpCapture(due);
      this.#take(frame);
    }
    this.#drop(frameSamples);
  }

  /** Plays a frame. */
  play(frame: Int16Array): void {
    const card = this.#matched;
    const queued = card.playbackDelayMs();
    this.#framesPlayed++;
    if (queued > playbackLimitMs) {
      this.#jumpPlayback(frameSamples);
      return;
    }
    // At the start, and when it has run dry: a frame of lead lets the next one come a little late.
    if (queued === 0 && this.#framesPlayed > untold) {
      this.#framesPlayed = 0;
      card.restartPlayback();
      card.play(this.#silence);
    }
    const spare = Math.min(card.sparePlaying, ((queued - frameTime) * sampleRate) / 1000);
    const due = this.#sparePlaying.due(spare, frame);
    if (due > 0) {
      this.#played.set(frame);
      card.play(this.#played, leaveOut(this.#played, frameSamples, due));
      this.#jumpPlayback(due);
    } else card.play(frame);
    card.followPlayback();
  }

  /** Nothing more is played for now: what resampling has kept of the end is heard too, and not before the next sound. */
  finish(): void {
    this.#matched.play(this.#silence, this.#matched.kept);
  }

  /** How long a sample that is played now waits in the card, in ms. */
  playbackDelayMs(): number {
    return this.#matched.playbackDelayMs();
  }

  /**
   * From a frame that is played to the one that is captured in the next step and holds its echo, in samples at our rate: what
   * waits in the card, what waits here, and what resampling takes. Rather a frame too few, for what a card tells is not exact.
   */
  echoDelay(): number {
    const waiting = (this.playbackDelayMs() * sampleRate) / 1000 + this.#capturedCount;
    return Math.max(0, waiting + this.#matched.ownDelay - frameSamples);
  }

  /** Samples that were left out since this was asked last: an echo comes so much earlier. */
  takeLeftOut(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }

  close(): void {
    this.#card.close();
  }

  /** All that the card has captured: what has piled up there is as old as what piles up here. */
  #readCard(): void {
    const card = this.#matched;
    for (let reads = 0; reads < mostReads; reads++) {
      const count = card.capture();
      for (let index = 0; index < count; index++)
        this.#captured[this.#capturedCount++] = card.captured[index]!;
      if (this.#capturedCount > capturedLimit) this.#keepLead();
      if (card.exhausted) return;
    }
  }

  /** Drops all but what a frame and its lead need: the oldest. */
  #keepLead(): void {
    const surplus = this.#capturedCount - frameSamples - captureLead;
    this.#drop(surplus);
    this.#jumpCapture(surplus);
  }

  #jumpCapture(leftOut: number): void {
    this.#leftOut += leftOut;
    this.#matched.jumpCapture();
  }

  #jumpPlayback(leftOut: number): void {
    this.#leftOut += leftOut;
    this.#matched.jumpPlayback();
  }

  #take(frame: Int16Array): void {
    for (let index = 0; index < frameSamples; index++) frame[index] = this.#captured[index]!;
  }

  #drop(count: number): void {
    this.#captured.copyWithin(0, count, this.#capturedCount);
    this.#capturedCount -= count;
  }
}
