import type {CodecName} from '../rtp/audio-stream.ts';
import type {RtpHeader} from '../rtp/packet.ts';
import {codecRate, createDecoder, type Decoder} from './codec.ts';
import {narrowRate, narrowSamples, sampleRate} from './frame.ts';
import {longestPacket} from './playout/packet-queue.ts';
import {PlayoutBuffer} from './playout/playout-buffer.ts';
import {Resampler} from './resampler.ts';
import type {ToneListener} from './tone-listener.ts';

/** Packets of any codec as frames at 16 kHz, in their order and at the pace of the loudspeaker. */
export class ReceivedSound {
  readonly #narrow: PlayoutBuffer;
  readonly #wide: PlayoutBuffer;
  #playout: PlayoutBuffer;
  #codec: CodecName = 'PCMU';
  #decoder: Decoder = createDecoder('PCMU');
  readonly #frame = new Int16Array(narrowSamples);
  readonly #widener = new Resampler(narrowRate, sampleRate, narrowSamples);
  readonly #keys = new KeySound();

  /** `onLate` is told the sequence number of each packet that came when its time had gone. */
  constructor(onLate: (sequenceNumber: number) => void = () => {}) {
    this.#narrow = new PlayoutBuffer(narrowRate, onLate);
    this.#wide = new PlayoutBuffer(sampleRate, onLate);
    this.#playout = this.#narrow;
  }

  /** Packets that came when their time had gone. */
  get late(): number {
    return this.#narrow.late + this.#wide.late;
  }

  /** How long sound waits here on average, in ms. */
  get delayMs(): number {
    return this.#playout.delayMs;
  }

  /** Forgets all sound: the next packet starts over. */
  restart(): void {
    this.#playout.restart();
  }

  /** Takes a packet that came at `now` (ms); `tones`, where there is one, listens to it for keys. */
  put(
    bytes: Uint8Array,
    header: RtpHeader,
    codec: CodecName,
    tones: ToneListener | undefined,
    now: number,
  ): void {
    if (codec !== this.#codec) this.#change(codec);
    if (tones !== undefined) this.#keys.hear(bytes, header, codec, tones);
    const {payloadStart, payloadLength} = header;
    this.#playout.put(bytes, payloadStart, payloadLength, header, this.#decoder, now);
  }

  /** Takes a description of the noise of a pause (RFC 3389) that came at `now` (ms). */
  putNoise(bytes: Uint8Array, header: RtpHeader, now: number): void {
    this.#playout.putNoise(bytes, header.payloadStart, header.payloadLength, header, now);
  }

  /** Fills a frame at 16 kHz with the sound whose time has come at `now` (ms). */
  pull(frame: Int16Array, now: number): void {
    if (this.#playout === this.#wide) {
      this.#wide.pull(frame, now);
      return;
    }
    this.#narrow.pull(this.#frame, now);
    this.#widener.process(this.#frame, narrowSamples, frame);
  }

  #change(codec: CodecName): void {
    this.#codec = codec;
    this.#decoder = createDecoder(codec);
    const playout = codecRate[codec] === sampleRate ? this.#wide : this.#narrow;
    if (playout === this.#playout) return;
    this.#playout.restart();
    this.#playout = playout;
    this.#widener.reset();
  }
}

/** Sound for the tones of keys: packets as they come, decoded once more, for what waits to be played is not. */
class KeySound {
  #codec: CodecName = 'PCMU';
  #decoder: Decoder = createDecoder('PCMU');
  readonly #decoded = new Int16Array((longestPacket * sampleRate) / narrowRate);
  readonly #narrower = new Resampler(sampleRate, narrowRate, this.#decoded.length);
  readonly #narrowed = new Int16Array(longestPacket + 1);

  hear(
    bytes: Uint8Array,
    {payloadStart, payloadLength, timestamp}: RtpHeader,
    codec: CodecName,
    tones: ToneListener,
  ): void {
    if (codec !== this.#codec) {
      this.#codec = codec;
      this.#decoder = createDecoder(codec);
    }
    const count = Math.min(payloadLength, longestPacket);
    this.#decoder.decode(bytes, payloadStart, count, this.#decoded);
    if (codecRate[codec] === narrowRate) {
      tones.hear(this.#decoded, count, timestamp);
      return;
    }
    this.#narrower.process(this.#decoded, 2 * count, this.#narrowed);
    tones.hear(this.#narrowed, count, timestamp);
  }
}
