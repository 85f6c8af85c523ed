import type {CodecName} from '../rtp/audio-stream.ts';
import {narrowRate, sampleRate} from './frame.ts';
import {decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw} from './g711.ts';
import {G722Decoder} from './g722/decoder.ts';
import {G722Encoder} from './g722/encoder.ts';

/** Hz of the sound that a codec carries. */
export const codecRate: Readonly<Record<CodecName, number>> = {
  G722: sampleRate,
  PCMU: narrowRate,
  PCMA: narrowRate,
};

/** Bytes from sound at the rate of the codec: one for each step of RTP's clock of 8000 Hz. */
export interface Encoder {
  /** Encodes the first `count` of `samples`, a number that is even where the codec has 16 kHz. */
  encode(samples: Int16Array, count: number, bytes: Uint8Array): void;
}

/** Sound at the rate of the codec from bytes. */
export interface Decoder {
  /** Decodes `count` bytes of `bytes` from `start` on into the first of `samples`; G.722 gives two for each byte. */
  decode(bytes: Uint8Array, start: number, count: number, samples: Int16Array): void;
}

/** A new encoder: G.722 has a memory of its own for each stream. */
export function createEncoder(codec: CodecName): Encoder {
  switch (codec) {
    case 'G722':
      return new G722Encoder();
    case 'PCMU':
      return {encode: encodeMuLaw};
    case 'PCMA':
      return {encode: encodeALaw};
  }
}

/** A new decoder. */
export function createDecoder(codec: CodecName): Decoder {
  switch (codec) {
    case 'G722':
      return new G722Decoder();
    case 'PCMU':
      return {decode: decodeMuLaw};
    case 'PCMA':
      return {decode: decodeALaw};
  }
}
