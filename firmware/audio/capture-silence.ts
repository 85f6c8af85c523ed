import {frameTime} from './frame.ts';

/** A microphone's own noise moves further than this between its lowest and its highest sample in a frame. */
const floor = 4;
/** Frames after which the microphone is told of as silent: five seconds. */
const patience = 5000 / frameTime;
/** Frames of sound, all in all, after which it is told of as heard again: half a second. */
const enough = 500 / frameTime;

/** Notices a microphone that gives no sound at all: muted, at its lowest gain, or not connected. Quiet rooms are not silent. */
export class CaptureSilence {
  silent = false;
  #quietFrames = 0;
  #soundFrames = 0;

  /** Takes a frame as it was captured, before anything is done to it. */
  add(frame: Int16Array): void {
    let lowest = 32767;
    let highest = -32768;
    for (let index = 0; index < frame.length; index++) {
      const sample = frame[index]!;
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
    if (highest - lowest > floor) {
      this.#quietFrames = 0;
      if (this.silent && ++this.#soundFrames >= enough) this.silent = false;
      return;
    }
    this.#soundFrames = 0;
    if (++this.#quietFrames >= patience) this.silent = true;
  }

  /** The microphone is used anew: it is judged by what comes from now on. */
  restart(): void {
    this.#quietFrames = 0;
    this.#soundFrames = 0;
  }
}
