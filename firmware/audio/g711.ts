/**
 * G.711 mu-law and A-law (PCMU and PCMA, RFC 3551 section 4.5.14) by two tables each, made once when the program starts.
 *
 * A mu-law byte is, with all bits inverted: sign, 3 bits of segment, 4 bits of step within it. The
 * magnitudes of ITU-T G.711 table 2 count in 14 bits; sound here has 16, so all are times four.
 *
 * An A-law byte is the same with every other bit inverted. The magnitudes of table 1 count in 13 bits: here times 16, for
 * there one step is two.
 */

/** Added to a magnitude so that each segment is twice the one before: 33 in 14 bits. */
const bias = 33 * 4;
/** The largest magnitude that is told apart; anything above becomes this. */
const clip = 8158 * 4;

/** Sample by mu-law byte. */
const muDecoded = new Int16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const code = ~byte & 0x7f;
  const magnitude = ((((code & 0x0f) << 3) + bias) << (code >> 4)) - bias;
  muDecoded[byte] = byte & 0x80 ? magnitude : -magnitude;
}

/** Mu-law byte by the sample's 16 bits, taken as unsigned. */
const muEncoded = new Uint8Array(65536);
for (let sample = -32768; sample < 32768; sample++) {
  const biased = Math.min(Math.abs(sample), clip) + bias;
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 0x0f;
  muEncoded[sample & 0xffff] = ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step);
}

/** Sample by A-law byte. */
const aDecoded = new Int16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 0x07;
  // In the lowest two segments the steps are equally wide; each value is the middle of its step.
  const middle = ((code & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? middle : (middle + 0x100) << (segment - 1);
  aDecoded[byte] = code & 0x80 ? magnitude : -magnitude;
}

/** A-law byte by the sample's 16 bits, taken as unsigned. */
const aEncoded = new Uint8Array(65536);
for (let sample = -32768; sample < 32768; sample++) {
  // A decision value itself belongs to the step that is nearer to nought when it is negative.
  const magnitude = sample < 0 ? ~sample : sample;
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  const step = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
  aEncoded[sample & 0xffff] = ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
}

/**
 * A frame at 8 kHz, which almost every call is about. Loops of a constant length are unrolled by the compiler,
 * which makes them half as fast again.
 */
const usualCount = 160;

/** Encodes the first `count` of `samples` into `bytes` as mu-law. */
export function encodeMuLaw(samples: Int16Array, count: number, bytes: Uint8Array): void {
  if (count === usualCount) {
    for (let index = 0; index < usualCount; index++) bytes[index] = muEncoded[samples[index]! & 0xffff]!;
  } else {
    for (let index = 0; index < count; index++) bytes[index] = muEncoded[samples[index]! & 0xffff]!;
  }
}

/** Decodes `count` bytes of mu-law in `bytes` from `start` on into the first of `samples`. */
export function decodeMuLaw(bytes: Uint8Array, start: number, count: number, samples: Int16Array): void {
  if (count === usualCount) {
    for (let index = 0; index < usualCount; index++) samples[index] = muDecoded[bytes[start + index]!]!;
  } else {
    for (let index = 0; index < count; index++) samples[index] = muDecoded[bytes[start + index]!]!;
  }
}

/** Encodes the first `count` of `samples` into `bytes` as A-law. */
export function encodeALaw(samples: Int16Array, count: number, bytes: Uint8Array): void {
  for (let index = 0; index < count; index++) bytes[index] = aEncoded[samples[index]! & 0xffff]!;
}

/** Decodes `count` bytes of A-law in `bytes` from `start` on into the first of `samples`. */
export function decodeALaw(bytes: Uint8Array, start: number, count: number, samples: Int16Array): void {
  for (let index = 0; index < count; index++) samples[index] = aDecoded[bytes[start + index]!]!;
}
