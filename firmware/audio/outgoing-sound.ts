import type {CodecName} from '../rtp/audio-stream.ts';
import {codecRate, createEncoder, type Encoder} from './codec.ts';
import {frameSamples, narrowRate, narrowSamples, sampleRate} from './frame.ts';
import {Resampler} from './resampler.ts';

/** Frames of sound as bytes of the codec that is sent in. */
export class OutgoingSound {
  /** The frame that was encoded last. */
  readonly encoded = new Uint8Array(narrowSamples);
  readonly #narrower = new Resampler(sampleRate, narrowRate, frameSamples);
  readonly #narrow = new Int16Array(narrowSamples);
  /** What `#narrow` was made of, as long as that is the present frame. */
  #narrowed: Int16Array | undefined;
  #codec: CodecName = 'PCMU';
  #encoder: Encoder = createEncoder('PCMU');

  get codec(): CodecName {
    return this.#codec;
  }

  /** Changes the codec; where it is the same one, its memory goes on. */
  set codec(codec: CodecName) {
    if (codec === this.#codec) return;
    this.#codec = codec;
    this.#encoder = createEncoder(codec);
  }

  /** Encodes a frame at 16 kHz. */
  encode(frame: Int16Array): void {
    this.#narrowed = undefined;
    if (codecRate[this.#codec] === sampleRate) this.#encoder.encode(frame, frameSamples, this.encoded);
    else this.#encoder.encode(this.narrow(frame), narrowSamples, this.encoded);
  }

  /** The frame that was given to `encode`, at 8 kHz; valid until the next. */
  narrow(frame: Int16Array): Int16Array {
    if (this.#narrowed !== frame) this.#narrower.process(frame, frameSamples, this.#narrow);
    this.#narrowed = frame;
    return this.#narrow;
  }
}
