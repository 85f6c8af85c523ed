/** Sound inside the firmware: mono, signed 16 bit, at this rate in Hz. */
export const sampleRate = 16_000;

/** Length of a frame, the step in which the media thread works, in ms. */
export const frameTime = 20;

/** Samples in a frame. */
export const frameSamples = (sampleRate * frameTime) / 1000;

/** What telephones have always had, in Hz: the rate of G.711, of the tones of keys, and of RTP's clock with all codecs here. */
export const narrowRate = 8000;

/** Samples in a frame at that rate, and bytes in an encoded frame of each codec. */
export const narrowSamples = (narrowRate * frameTime) / 1000;

/**
 * By what samples are multiplied for a loudness in percent, as loud as they are to hear: half as loud is 10 dB less. 100 % leaves
 * them as they are, 0 % is silence.
 */
export function gainOf(percent: number): number {
  return (percent / 100) ** (Math.log2(10) / 2);
}

/** Multiplies a frame; `gain` is 1 at most. */
export function scale(frame: Int16Array, gain: number): void {
  if (gain === 1) return;
  for (let index = 0; index < frameSamples; index++) frame[index]! *= gain;
}

/** Adds the first frame's worth of `added` to `frame`, held within 16 bits. */
export function mix(frame: Int16Array, added: Int16Array): void {
  for (let index = 0; index < frameSamples; index++) {
    frame[index] = Math.max(-32768, Math.min(32767, frame[index]! + added[index]!));
  }
}
