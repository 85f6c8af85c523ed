import type {SoundFault, SoundTiming} from '../hal.ts';

/** What both halves of a sound card are asked. */
export interface Half {
  /** Hz. */
  readonly rate: number;
  /** Overruns or underruns since it was opened. */
  readonly xruns: number;
  /** Undefined while it works; once it does not, it never will again. */
  readonly fault: SoundFault | undefined;
  /** Looks whether it is still there, for nothing may be read or written for long. */
  check(): void;
  close(): void;
}

/**
 * The two halves that make a sound card, each with a driver of its own: mono, signed 16 bit, never blocking,
 * counts in samples.
 */
export interface Microphone extends Half {
  /** Moves up to `samples.length` captured samples into `samples`; returns how many there were. */
  read(samples: Int16Array): number;
}

export interface Speaker extends Half {
  /** Queues samples; returns how many were taken. */
  write(samples: Int16Array): number;
  /** Samples that are queued and not yet heard. */
  delay(): number;
}

/** Both directions hold 200 ms at most; what comes later is an overrun, or not taken. */
export const USUAL_TIMING: SoundTiming = {periodMs: 10, bufferMs: 200};
/** Playback starts once this much is queued, and again after an underrun. */
export const START_MS = 40;
/**
 * Whoever does not read or write for so long has paused: what was captured meanwhile is nobody's loss,
 * and is not counted as an overrun or underrun.
 */
export const PAUSE_MS = 1000;
