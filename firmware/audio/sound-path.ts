import type {SoundCard} from '../../hal/hal.ts';
import {ClockFollower} from './clock-follower.ts';
import {frameSamples, frameTime, sampleRate} from './frame.ts';
import {Resampler} from './resampler.ts';

/** Captured samples that may wait; of more, all but what a frame and its lead need is dropped. */
const capturedLimit = 4 * frameSamples;
/** Captured samples that wait besides the frame in use, so that a card may be a little late. */
const captureLead = frameSamples;
/** Sound queued for playback beyond which a frame is left out, in ms. */
const playbackLimitMs = 80;
/** Frames after which reading old sound away ends: one second. */
const staleFrames = 50;
/** Frames after which a card that is gone is looked for again: two seconds. */
const retryFrames = 100;

/** Opens the sound card; `onLost` is told in plain words when it is lost later. @throws HardwareError */
export type OpenSound = (onLost: (text: string) => void) => SoundCard;

/** A card with the buffers for its rates. */
class OpenCard {
  readonly card: SoundCard;
  /** What is read at a time: a frame at the card's rate. */
  readonly read: Int16Array;
  /** The same at our rate. */
  readonly captured: Int16Array;
  /** A frame to be played at the card's rate. */
  readonly played: Int16Array;
  readonly #fromCard: Resampler;
  readonly #toCard: Resampler;
  /** Of what is captured and waits here, and of what waits in the card to be played. */
  readonly #capturing = new ClockFollower(frameSamples);
  readonly #playing: ClockFollower;

  constructor(card: SoundCard) {
    const {captureRate, playbackRate} = card;
    this.card = card;
    this.read = new Int16Array((captureRate * frameTime) / 1000);
    this.captured = new Int16Array(2 * frameSamples);
    this.played = new Int16Array(Math.ceil((playbackRate * frameTime) / 1000) + 1);
    this.#fromCard = new Resampler(captureRate, sampleRate, this.read.length, true);
    this.#toCard = new Resampler(sampleRate, playbackRate, frameSamples, true);
    this.#playing = new ClockFollower((playbackRate * frameTime) / 1000);
  }

  /** Reads what there is, a frame at most; returns how many samples of `captured` it made. */
  capture(): number {
    const count = this.card.read(this.read);
    // Where nothing is to be changed nothing is.
    if (this.card.captureRate === sampleRate && this.#fromCard.deviation === 0) {
      this.captured.set(this.read);
      return count;
    }
    return this.#fromCard.process(this.read, count, this.captured);
  }

  play(frame: Int16Array): void {
    if (this.card.playbackRate === sampleRate && this.#toCard.deviation === 0) {
      this.card.write(frame);
      return;
    }
    const count = this.#toCard.process(frame, frameSamples, this.played);
    this.card.write(this.played.subarray(0, count));
  }

  /** Brings the microphone's clock to ours; `waiting`: captured samples that wait, once a frame. */
  followCapture(waiting: number): void {
    this.#capturing.add(waiting);
    this.#fromCard.deviation = -this.#capturing.excess;
  }

  /** The same of the loudspeaker's. */
  followPlayback(): void {
    this.#playing.add(this.card.playbackDelay());
    this.#toCard.deviation = -this.#playing.excess;
  }

  /** What waits has begun anew. */
  restart(): void {
    this.#capturing.restart();
    this.#playing.restart();
  }

  playbackDelayMs(): number {
    return (this.card.playbackDelay() * 1000) / this.card.playbackRate;
  }
}

/**
 * The sound card as the media thread uses it: a frame in, a frame out, each step. The card's two clocks are brought to ours by
 * resampling, each as the samples that wait tell; what comes too much all the same is dropped, and what lacks is silence,
 * so that delay cannot grow. A card that fails is told of once and replaced by silence until it is there again: it is
 * looked for every two seconds, and at the next `start`.
 */
export class SoundPath {
  readonly #open: OpenSound;
  readonly #onFault: (text: string) => void;
  readonly #onRestored: () => void;
  #card: OpenCard | undefined;
  #lost = false;
  /** Frames since the card was lost. */
  #missing = 0;
  readonly #captured = new Int16Array(capturedLimit);
  #capturedCount = 0;
  /** Frames since capture was started, or had to begin anew. */
  framesCaptured = 0;
  /** Whether the lead has been gathered. */
  #primed = false;
  readonly #silence = new Int16Array(frameSamples);

  /**
   * Opens the card. @throws HardwareError when it cannot be opened.
   * `onFault` is told in plain words when it fails later, `onRestored` when it is there again.
   */
  constructor(open: OpenSound, onFault: (text: string) => void, onRestored: () => void) {
    this.#open = open;
    this.#onFault = onFault;
    this.#onRestored = onRestored;
    this.#card = this.#openCard();
  }

  /** Sound is wanted from now on. A card that was lost is tried again. */
  start(): void {
    if (this.#card !== undefined && !this.#lost) return;
    this.close();
    try {
      this.#card = this.#openCard();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The microphone is wanted from now on: what it captured before is dropped. */
  startCapture(): void {
    this.#capturedCount = 0;
    this.#primed = false;
    this.framesCaptured = 0;
    try {
      for (let frame = 0; frame < staleFrames; frame++) {
        if (this.#card === undefined || this.#card.capture() < frameSamples) break;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Fills `frame` with captured sound, with silence where none is there. */
  capture(frame: Int16Array): void {
    if (this.#card === undefined || this.#lost) this.#lookForCard();
    try {
      this.#readCard();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#capturedCount < frameSamples) this.#primed = false;
    else if (this.#capturedCount >= frameSamples + captureLead) this.#primed = true;
    if (!this.#primed) {
      frame.fill(0);
      this.framesCaptured = 0;
      return;
    }
    if (this.framesCaptured++ === 0) this.#card?.restart();
    this.#card?.followCapture(this.#capturedCount);
    for (let index = 0; index < frameSamples; index++) frame[index] = this.#captured[index]!;
    this.#drop(frameSamples);
  }

  /** Plays a frame. */
  play(frame: Int16Array): void {
    const card = this.#card;
    if (card === undefined) return;
    try {
      const queued = card.playbackDelayMs();
      if (queued > playbackLimitMs) return;
      // At the start, and when it has run dry: a frame of lead lets the next one come a little late.
      if (queued === 0) {
        card.restart();
        card.play(this.#silence);
      }
      card.play(frame);
      card.followPlayback();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** How long a sample that is played now waits in the card, in ms. */
  playbackDelayMs(): number {
    try {
      return this.#card?.playbackDelayMs() ?? 0;
    } catch (error) {
      this.#fail(error);
      return 0;
    }
  }

  /**
   * From a frame that is played to the one that is captured in the next step and holds its echo, in samples at our rate: what
   * waits in the card, and what waits here. Rather a frame too few, for what a card tells is not exact.
   */
  echoDelay(): number {
    const waiting = (this.playbackDelayMs() * sampleRate) / 1000 + this.#capturedCount;
    return Math.max(0, waiting - frameSamples);
  }

  /** Closes the card; harmless when it has failed. */
  close(): void {
    const card = this.#card;
    this.#card = undefined;
    this.#capturedCount = 0;
    try {
      card?.card.close();
    } catch {
      // Its failure was told of when it happened.
    }
  }

  /** Without a word as long as it is not there: that it is gone was told. */
  #lookForCard(): void {
    if (++this.#missing % retryFrames !== 0) return;
    this.close();
    try {
      this.#card = this.#openCard();
      this.#missing = 0;
      this.#onRestored();
    } catch {
      // It is looked for again.
    }
  }

  #openCard(): OpenCard {
    this.#lost = false;
    const card = this.#open((text) => {
      this.#lost = true;
      this.#onFault(text);
    });
    return new OpenCard(card);
  }

  #readCard(): void {
    const card = this.#card;
    if (card === undefined) return;
    while (this.#capturedCount + frameSamples <= capturedLimit) {
      const count = card.capture();
      for (let index = 0; index < count; index++) {
        this.#captured[this.#capturedCount + index] = card.captured[index]!;
      }
      this.#capturedCount += count;
      if (count < frameSamples) return;
    }
    this.#drop(this.#capturedCount - frameSamples - captureLead);
  }

  #drop(count: number): void {
    this.#captured.copyWithin(0, count, this.#capturedCount);
    this.#capturedCount -= count;
  }

  #fail(error: unknown): void {
    this.#onFault(error instanceof Error ? error.message : String(error));
    this.close();
  }
}
