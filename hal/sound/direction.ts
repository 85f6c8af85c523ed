/**
 * The two halves that make a sound card, each with a driver of its own: mono, signed 16 bit, never blocking,
 * counts in samples.
 */
export interface Microphone {
  /** Hz. */
  readonly rate: number;
  /** Moves up to `samples.length` captured samples into `samples`; returns how many there were. */
  read(samples: Int16Array): number;
  readonly xruns: number;
  close(): void;
}

export interface Speaker {
  /** Hz. */
  readonly rate: number;
  /** Queues samples; returns how many were taken. */
  write(samples: Int16Array): number;
  /** Samples that are queued and not yet heard. */
  delay(): number;
  readonly xruns: number;
  close(): void;
}

/** Both directions hold this much at most; what comes later is an overrun, or not taken. */
export const BUFFER_MS = 200;
/** Playback starts once this much is queued, and again after an underrun. */
export const START_MS = 40;
/**
 * Whoever does not read or write for so long has paused: what was captured meanwhile is nobody's loss,
 * and is not counted as an overrun or underrun.
 */
export const PAUSE_MS = 1000;
