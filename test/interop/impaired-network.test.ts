import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, type TestContext, test} from 'vitest';
import {MediaEngine} from '../../firmware/audio/media-engine.ts';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import {estimateMos} from '../../firmware/station/quality.ts';
import {correlate} from '../support/correlation.ts';
import {freePorts} from '../support/ports.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {readWav, writeWav} from '../support/wav.ts';

const worker = new URL('../../firmware/media-main.ts', import.meta.url);
const callSeconds = 20;
/** Until the estimate of the jitter has come near it. */
const settlingSeconds = 3;
/** How long a packet is, how often sound is played, and what waits in the sound card at most; ms. */
const packetTime = 20;
const frameTime = 20;
const cardTime = 60;

/** What a network does to packets. */
interface Impairment {
  /** Share of packets of sound that are lost on the way to the near side. */
  readonly loss: number;
  /** On that way each is held for `delay` to `delay + spread` ms, so that some overtake others; all else for the mean of that. */
  readonly delay: number;
  readonly spread: number;
}

/** A network between two ports of this machine: each side sends to, and hears from, a port of it. */
class ImpairedNetwork {
  dropped = 0;
  /** For how long each packet of sound was held that went out to the near side, in ms. */
  readonly held: number[] = [];
  /** Interarrival jitter of what went out to the near side (RFC 3550 section 6.4.1), in ms. */
  jitter = 0;
  /** The port for the near side, and for the far one. */
  readonly near: number;
  readonly far: number;
  #transit: number | undefined;
  #closed = false;

  private constructor(near: Socket, far: Socket, ports: {near: number; far: number}, harm: Impairment) {
    this.near = near.address().port;
    this.far = far.address().port;
    const random = randomNumbers(11);
    const mean = harm.delay + harm.spread / 2;
    near.on('message', (bytes) => setTimeout(() => this.#send(far, ports.far, bytes), mean));
    far.on('message', (bytes) => {
      const came = performance.now();
      // RTCP shares the port; it is not counted.
      const isRtp = (bytes[1]! & 0x7f) < 64;
      if (!isRtp) setTimeout(() => this.#send(near, ports.near, bytes), mean);
      else if (random() < harm.loss) this.dropped++;
      else
        setTimeout(
          () => {
            this.#send(near, ports.near, bytes);
            this.#measure(bytes, came);
          },
          harm.delay + harm.spread * random(),
        );
    });
  }

  /** Between `ports.near` and `ports.far`; what goes to the near side is harmed. */
  static async open(
    context: TestContext,
    ports: {near: number; far: number},
    harm: Impairment,
  ): Promise<ImpairedNetwork> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) await once(socket.bind(0, '127.0.0.1'), 'listening');
    const network = new ImpairedNetwork(...sockets, ports, harm);
    context.onTestFinished(() => {
      network.#closed = true;
      for (const socket of sockets) socket.close();
    });
    return network;
  }

  #send(socket: Socket, port: number, bytes: Buffer): void {
    if (!this.#closed) socket.send(bytes, port, '127.0.0.1');
  }

  #measure(bytes: Buffer, came: number): void {
    const now = performance.now();
    this.held.push(now - came);
    const transit = now - bytes.readUInt32BE(4) / 8;
    this.jitter += (Math.abs(transit - (this.#transit ?? transit)) - this.jitter) / 16;
    this.#transit = transit;
  }
}

function streamTo(port: number): AudioStream {
  return {
    remote: {address: '127.0.0.1', port},
    codec: 'PCMU',
    payloadType: 0,
    telephoneEvent: 101,
    direction: 'sendrecv',
    packetTime: 20,
    rtcp: {multiplexed: true, address: undefined, port, voipMetrics: true},
    security: undefined,
  };
}

test('speech over a network that loses, delays and reorders is heard, and the figures say what it did', async (context) => {
  const {folder} = startRun(context);
  const said = makeSpeech(callSeconds, 31);
  writeWav(`${folder}/said.wav`, said);
  const ports = async () => ({
    ports: await freePorts(8),
    worker,
    echo: 'off' as const,
    tones: 'eu' as const,
    sounds: {},
    volumes: {speech: 100, sounds: 100},
  });
  const speaking = await MediaEngine.start({
    ...(await ports()),
    microphone: `file:${folder}/said.wav`,
    speaker: 'discard',
  });
  const hearing = await MediaEngine.start({
    ...(await ports()),
    microphone: 'silence',
    speaker: `file:${folder}/heard.wav`,
  });
  context.onTestFinished(() => Promise.all([speaking.close(), hearing.close()]).then(() => {}));
  const here = await hearing.open('127.0.0.1');
  const there = await speaking.open('127.0.0.1');
  const impairment = {loss: 0.04, delay: 250, spread: 60};
  const network = await ImpairedNetwork.open(context, {near: here.port, far: there.port}, impairment);
  here.update(streamTo(network.near));
  there.update(streamTo(network.far));
  hearing.attach(here);
  speaking.attach(there);

  // The estimator of RFC 3550 sways by more than a tenth about what it measures: its mean is what can be compared.
  const jitter = {injected: 0, told: 0};
  for (let second = 0; second < callSeconds; second++) {
    await pause(1000);
    if (second < settlingSeconds) continue;
    jitter.injected += network.jitter;
    jitter.told += (await here.statistics())!.jitterMs;
  }
  const {dropped, held} = network;
  const figures = (await here.statistics())!;
  await Promise.all([speaking.close(), hearing.close()]);

  expect(within(figures.received, held.length)).toBeLessThan(0.1);
  expect(within(figures.lost, dropped)).toBeLessThan(0.1);
  expect(within(jitter.told, jitter.injected)).toBeLessThan(0.1);
  const oneWay = held.reduce((sum, time) => sum + time, 0) / held.length;
  expect(within(figures.roundTripMs!, 2 * oneWay)).toBeLessThan(0.1);
  // Packets wait here until those have come that were held longest, but for a few that are late. Then they wait for the next
  // frame, and in the sound card.
  const longest = held.sort((one, other) => one - other).at(-Math.ceil(held.length * 0.02))!;
  const waits = longest - oneWay;
  expect(figures.delayMs).toBeGreaterThan(0.9 * waits);
  expect(figures.delayMs).toBeLessThan(1.1 * (waits + frameTime + cardTime));
  expect(figures.late).toBeLessThan(0.05 * held.length);
  const lossPercent = (100 * dropped) / (dropped + held.length);
  const expected = expectedMos(lossPercent, packetTime + longest + (frameTime + cardTime) / 2);
  expect(within(estimateMos(figures)!, expected)).toBeLessThan(0.1);
  const {value, seconds} = correlate(said, readWav(`${folder}/heard.wav`));
  expect(seconds).toBeGreaterThan(callSeconds / 4);
  // What was lost is made up.
  expect(value).toBeGreaterThan(0.85);
});

/**
 * Mean opinion score of G.711 with concealment by the short form of the E-model (Cole and Rosenbluth, 2001), which no code of the
 * firmware knows.
 */
function expectedMos(lossPercent: number, delayMs: number): number {
  const delay = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3);
  const rating = 93.2 - delay - (95 * lossPercent) / (lossPercent + 25.1);
  return 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
}

/** By how much `figure` is off, as a part of what it should be. */
function within(figure: number, expected: number): number {
  return Math.abs(figure - expected) / expected;
}
