import type {SoundCard} from '../../hal/hal.ts';
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

  constructor(card: SoundCard) {
    const {captureRate, playbackRate} = card;
    this.card = card;
    this.read = new Int16Array((captureRate * frameTime) / 1000);
    this.captured = new Int16Array(2 * frameSamples);
    this.played = new Int16Array(Math.ceil((playbackRate * frameTime) / 1000) + 1);
    this.#fromCard = new Resampler(captureRate, sampleRate, this.read.length);
    this.#toCard = new Resampler(sampleRate, playbackRate, frameSamples);
  }

  /** Reads what there is, a frame at most; returns how many samples of `captured` it made. */
  capture(): number {
    const count = this.card.read(this.read);
    if (this.card.captureRate !== sampleRate) return this.#fromCard.process(this.read, count, this.captured);
    this.captured.set(this.read);
    return count;
  }

  play(frame: Int16Array): void {
    if (this.card.playbackRate === sampleRate) this.card.write(frame);
    else {
      const count = this.#toCard.process(frame, frameSamples, this.played);
      this.card.write(this.played.subarray(0, count));
    }
  }

  playbackDelayMs(): number {
    return (this.card.playbackDelay() * 1000) / this.card.playbackRate;
  }
}

/**
 * The sound card as the media thread uses it: a frame in, a frame out, each step. The card has a clock of its own;
 * what it gives too much is dropped and what lacks is silence, so that delay cannot grow. A card that fails
 * is told of once and replaced by silence; the next `start` opens it anew.
 */
export class SoundPath {
  readonly #open: OpenSound;
  readonly #onFault: (text: string) => void;
  #card: OpenCard | undefined;
  #lost = false;
  readonly #captured = new Int16Array(capturedLimit);
  #capturedCount = 0;
  /** Frames since capture was started, or had to begin anew. */
  framesCaptured = 0;
  /** Whether the lead has been gathered. */
  #primed = false;
  readonly #silence = new Int16Array(frameSamples);

  /**
   * Opens the card. @throws HardwareError when it cannot be opened.
   * `onFault` is told in plain words when it fails later.
   */
  constructor(open: OpenSound, onFault: (text: string) => void) {
    this.#open = open;
    this.#onFault = onFault;
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
    this.framesCaptured++;
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
      if (queued === 0) card.play(this.#silence);
      card.play(frame);
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
