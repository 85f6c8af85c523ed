import {library} from './library.ts';

/** Errno values that a caller may want to tell apart, negative as ALSA returns them. */
export const Errno = {
  /** There is no such device. */
  missing: -2,
  /** The permissions do not allow it. */
  forbidden: -13,
  /** Another program has it. */
  busy: -16,
  /** The device does not do what was asked. */
  invalid: -22,
  /** Under- or overrun: call `recover`. */
  xrun: -32,
  /** The machine was suspended: call `recover`. */
  suspended: -86,
  /** The device is gone (unplugged). */
  gone: -19,
  /** The card is there, and has no such device. */
  noDevice: -6,
} as const;

/** What libasound refused, in words. */
export class AlsaError extends Error {
  override name = 'AlsaError';
  /** The errno, negative. */
  readonly code: number;

  constructor(what: string, code: number) {
    super(`${what}: ${library().snd_strerror(code)}`);
    this.code = code;
  }
}

/** Returns a result that is not negative; throws any other with `what` was tried. */
export function checked(result: number, what: () => string): number {
  if (result < 0) throw new AlsaError(what(), result);
  return result;
}
