import type {CodecName} from '../rtp/audio-stream.ts';
import type {RtpHeader} from '../rtp/packet.ts';
import {codecRate, createDecoder, type Decoder} from './codec.ts';
import {narrowRate, narrowSamples, sampleRate} from './frame.ts';
import {PlayoutBuffer} from './playout-buffer.ts';
import {Resampler} from './resampler.ts';
import type {ToneListener} from './tone-listener.ts';

/** Longest sound of one packet that is decoded, in bytes: 200 ms. */
const longestPacket = 0.2 * narrowRate;

/** What one rate of sound needs from the packet to the frame. */
class Path {
  readonly playout: PlayoutBuffer;
  /** Samples for each step of RTP's clock. */
  readonly scale: number;

  constructor(rate: number) {
    this.playout = new PlayoutBuffer(rate);
    this.scale = rate / narrowRate;
  }
}

/** Packets of any codec as frames at 16 kHz, in their order and at the pace of the loudspeaker. */
export class ReceivedSound {
  readonly #narrow = new Path(narrowRate);
  readonly #wide = new Path(sampleRate);
  #path = this.#narrow;
  #codec: CodecName = 'PCMU';
  #decoder: Decoder = createDecoder('PCMU');
  readonly #decoded = new Int16Array((longestPacket * sampleRate) / narrowRate);
  readonly #frame = new Int16Array(narrowSamples);
  readonly #widener = new Resampler(narrowRate, sampleRate, narrowSamples);
  /** For the tones of keys in wide sound. */
  readonly #narrower = new Resampler(sampleRate, narrowRate, this.#decoded.length);
  readonly #narrowed = new Int16Array(longestPacket + 1);

  /** Packets that came when their time had gone. */
  get late(): number {
    return this.#narrow.playout.late + this.#wide.playout.late;
  }

  /** How long sound waits here on average, in ms. */
  get delayMs(): number {
    return this.#path.playout.delayMs;
  }

  /** Forgets all sound: the next packet starts over. */
  restart(): void {
    this.#path.playout.restart();
  }

  /** Takes a packet's sound; `tones`, where there is one, listens to it for keys. */
  put(
    bytes: Uint8Array,
    {payloadStart, payloadLength, timestamp}: RtpHeader,
    codec: CodecName,
    tones: ToneListener | undefined,
  ): void {
    if (codec !== this.#codec) this.#change(codec);
    const count = Math.min(payloadLength, longestPacket);
    const {playout, scale} = this.#path;
    this.#decoder.decode(bytes, payloadStart, count, this.#decoded);
    if (tones !== undefined && scale === 1) tones.hear(this.#decoded, count, timestamp);
    else if (tones !== undefined) {
      this.#narrower.process(this.#decoded, scale * count, this.#narrowed);
      tones.hear(this.#narrowed, count, timestamp);
    }
    playout.put(this.#decoded, scale * count, (scale * timestamp) >>> 0);
  }

  /** Fills a frame at 16 kHz with the sound whose time has come. */
  pull(frame: Int16Array): void {
    if (this.#path === this.#wide) {
      this.#wide.playout.pull(frame);
      return;
    }
    this.#narrow.playout.pull(this.#frame);
    this.#widener.process(this.#frame, narrowSamples, frame);
  }

  #change(codec: CodecName): void {
    this.#codec = codec;
    this.#decoder = createDecoder(codec);
    const path = codecRate[codec] === sampleRate ? this.#wide : this.#narrow;
    if (path === this.#path) return;
    this.#path.playout.restart();
    this.#path = path;
    this.#widener.reset();
  }
}
