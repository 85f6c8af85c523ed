/**
 * G.711 mu-law (PCMU, RFC 3551 section 4.5.14) by two tables, made once when the program starts.
 *
 * A mu-law byte is, with all bits inverted: sign, 3 bits of segment, 4 bits of step within it. The
 * magnitudes of ITU-T G.711 table 2 count in 14 bits; sound here has 16, so all are times four.
 */

/** Added to a magnitude so that each segment is twice the one before: 33 in 14 bits. */
const bias = 33 * 4;
/** The largest magnitude that is told apart; anything above becomes this. */
const clip = 8158 * 4;

/** Sample by mu-law byte. */
const decoded = new Int16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const code = ~byte & 0x7f;
  const magnitude = ((((code & 0x0f) << 3) + bias) << (code >> 4)) - bias;
  decoded[byte] = byte & 0x80 ? magnitude : -magnitude;
}

/** Mu-law byte by the sample's 16 bits, taken as unsigned. */
const encoded = new Uint8Array(65536);
for (let sample = -32768; sample < 32768; sample++) {
  const biased = Math.min(Math.abs(sample), clip) + bias;
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 0x0f;
  encoded[sample & 0xffff] = ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step);
}

/** Silence as mu-law. */
export const muLawSilence = 0xff;

/**
 * A frame at 8 kHz, which almost every call is about. Loops of a constant length are unrolled by the compiler,
 * which makes them half as fast again.
 */
const usualCount = 160;

/** Encodes the first `count` of `samples` into `bytes`. */
export function encodeMuLaw(samples: Int16Array, count: number, bytes: Uint8Array): void {
  if (count === usualCount) {
    for (let index = 0; index < usualCount; index++) bytes[index] = encoded[samples[index]! & 0xffff]!;
  } else {
    for (let index = 0; index < count; index++) bytes[index] = encoded[samples[index]! & 0xffff]!;
  }
}

/** Decodes `count` bytes of `bytes` from `start` on into the first samples of `samples`. */
export function decodeMuLaw(bytes: Uint8Array, start: number, count: number, samples: Int16Array): void {
  if (count === usualCount) {
    for (let index = 0; index < usualCount; index++) samples[index] = decoded[bytes[start + index]!]!;
  } else {
    for (let index = 0; index < count; index++) samples[index] = decoded[bytes[start + index]!]!;
  }
}
