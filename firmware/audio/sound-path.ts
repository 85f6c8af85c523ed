import type {SoundCard, SoundState} from '../../hal/hal.ts';
import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {MatchedCard} from './matched-card.ts';

/** Captured samples that wait besides the frame in use, so that a card may be a little late. */
const captureLead = frameSamples;
/** Captured samples that may wait; of more, all but what a frame and its lead need is dropped. */
const capturedLimit = 4 * frameSamples;
/** Captured samples, besides the frame in use, of which the oldest are dropped where so many have waited for some seconds on end. */
const capturedSurplus = 1.5 * captureLead;
/** Frames that are read at once at most, half a second: what calls itself a card may give without end. */
const mostReads = 25;
/** Sound queued for playback beyond which a frame is left out, in ms. */
const playbackLimitMs = 80;
/** The same where so much has been queued for some seconds on end: after a stall the delay comes back. */
const playbackSurplusMs = 3 * frameTime;

/** Opens the sound card. @throws HardwareError for what cannot come later, such as a file that is missing. */
export type OpenSound = () => SoundCard;

/**
 * The sound card as the media thread uses it: a frame in, a frame out, each step. The card's two clocks are brought to ours;
 * what comes too much all the same is dropped, and what lacks is silence, so that delay cannot grow, and what a stall has added
 * goes again.
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

  /** Opens the card. @throws HardwareError */
  constructor(open: OpenSound) {
    this.#card = open();
    this.#matched = new MatchedCard(this.#card);
  }

  /** How the card is. */
  get state(): SoundState {
    return this.#card.state;
  }

  /** Looks whether the card is still there, and for one that is not. To be called every few seconds, and when sound is wanted. */
  refresh(): void {
    if (!this.#card.refresh()) return;
    this.#matched = new MatchedCard(this.#card);
    this.#capturedCount = 0;
    this.#primed = false;
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
    if ((this.#matched.leastCaptured ?? 0) > frameSamples + capturedSurplus) this.#keepLead();
    for (let index = 0; index < frameSamples; index++) frame[index] = this.#captured[index]!;
    this.#drop(frameSamples);
  }

  /** Plays a frame. */
  play(frame: Int16Array): void {
    const card = this.#matched;
    const queued = card.playbackDelayMs();
    if (queued > playbackLimitMs || (card.leastPlayingMs ?? 0) > playbackSurplusMs) {
      card.restartPlayback();
      return;
    }
    // At the start, and when it has run dry: a frame of lead lets the next one come a little late.
    if (queued === 0) {
      card.restartPlayback();
      card.play(this.#silence);
    }
    card.play(frame);
    card.followPlayback();
  }

  /** How long a sample that is played now waits in the card, in ms. */
  playbackDelayMs(): number {
    return this.#matched.playbackDelayMs();
  }

  /**
   * From a frame that is played to the one that is captured in the next step and holds its echo, in samples at our rate: what
   * waits in the card, and what waits here. Rather a frame too few, for what a card tells is not exact.
   */
  echoDelay(): number {
    const waiting = (this.playbackDelayMs() * sampleRate) / 1000 + this.#capturedCount;
    return Math.max(0, waiting - frameSamples);
  }

  close(): void {
    this.#card.close();
  }

  /** All that the card has captured: what has piled up there is as old as what piles up here. */
  #readCard(): void {
    const card = this.#matched;
    for (let reads = 0; reads < mostReads; reads++) {
      const count = card.capture();
      this.#captured.set(card.captured.subarray(0, count), this.#capturedCount);
      this.#capturedCount += count;
      if (this.#capturedCount > capturedLimit) this.#keepLead();
      if (card.exhausted) return;
    }
  }

  /** Drops all but what a frame and its lead need: the oldest. */
  #keepLead(): void {
    this.#drop(this.#capturedCount - frameSamples - captureLead);
    this.#matched.restartCapture();
  }

  #drop(count: number): void {
    this.#captured.copyWithin(0, count, this.#capturedCount);
    this.#capturedCount -= count;
  }
}
