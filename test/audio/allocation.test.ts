import {expect, test} from 'vitest';
import {encodeMuLaw} from '../../firmware/audio/g711.ts';
import {MediaThread} from '../../firmware/audio/media-thread.ts';
import type {OnDatagram, RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import {headerLength, writeHeader} from '../../firmware/rtp/packet.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {makeSpeech} from '../support/speech.ts';
import {FakeSoundCard} from './fake-sound-card.ts';
import {frame, peer, soundFrame, stream} from './media-bench.ts';

/** A card that keeps nothing: the microphone hears what was played two frames before, and noise. */
class LoopedCard extends FakeSoundCard {
  readonly #frames = [0, 1, 2].map(() => new Int16Array(soundFrame));
  readonly #noise: Int16Array;
  #count = 0;
  #waiting = 2;

  constructor() {
    super();
    const random = randomNumbers(2);
    this.#noise = Int16Array.from({length: 1009}, () => 40 * random());
  }

  /** A frame of its time has passed. */
  pass(): void {
    this.#waiting++;
  }

  override read(samples: Int16Array): number {
    if (this.#waiting === 0) return 0;
    this.#waiting--;
    samples.set(this.#frames[this.#count % 3]!);
    for (let index = 0; index < soundFrame; index++) {
      samples[index]! += this.#noise[(this.#count * soundFrame + index) % 1009]!;
    }
    return samples.length;
  }

  override write(samples: Int16Array): number {
    this.#frames[this.#count++ % 3]!.set(samples);
    return samples.length;
  }

  override playbackDelay(): number {
    return 2 * soundFrame;
  }
}

class SilentSocket implements RtpSocket {
  readonly port = 4000;
  readonly connected = false;
  send(): void {}
  connect(): void {}
  disconnect(): void {}
  close(): void {}
}

test('a call allocates next to nothing a frame, with its echo cancelled', async () => {
  const card = new LoopedCard();
  let time = 0;
  let receive: OnDatagram = () => {};
  const thread = new MediaThread({
    echo: 'cancel',
    tones: 'eu',
    sounds: {},
    volumes: {speech: 100, sounds: 100},
    openSound: () => card,
    bind: async (_address, onRtp) => {
      receive = onRtp;
      return {rtp: new SilentSocket(), rtcp: new SilentSocket()};
    },
    now: () => time,
    wallTime: () => 1_800_000_000_000 + time,
    random: (count) => new Uint8Array(count),
    report: () => {},
  });
  thread.command({kind: 'open', session: 1, address: '192.0.2.1'});
  await Promise.resolve();
  await Promise.resolve();
  thread.command({kind: 'update', session: 1, stream});
  thread.command({kind: 'attach', session: 1});

  const speech = makeSpeech(10, 1).samples;
  const payload = new Uint8Array(speech.length);
  encodeMuLaw(speech, speech.length, payload);
  const packet = new Uint8Array(headerLength + frame);
  const sound = Array.from({length: speech.length / frame}, (_, at) =>
    payload.subarray(at * frame, (at + 1) * frame),
  );
  let sequence = 0;
  const play = (frames: number) => {
    for (let count = 0; count < frames; count++) {
      card.pass();
      thread.captureFrame(time);
      thread.sendFrame();
      writeHeader(packet, false, 0, sequence & 0xffff, sequence * frame, 5);
      packet.set(sound[sequence++ % sound.length]!, headerLength);
      receive(packet, peer.address, peer.port);
      thread.playFrame();
      time += 20;
    }
  };
  // Code that is not compiled yet allocates each number with parts.
  play(12_000);
  const frames = 2000;
  // Collecting what is left from before may begin at any time.
  const grown = [1, 2, 3].map(() => {
    const before = process.memoryUsage().heapUsed;
    play(frames);
    return (process.memoryUsage().heapUsed - before) / frames;
  });
  // Numbers with parts that one method hands to another, and levels and RTCP now and then; a view of a frame would take 100 bytes.
  expect(grown.toSorted((one, other) => one - other)[1]).toBeLessThan(270);
});
