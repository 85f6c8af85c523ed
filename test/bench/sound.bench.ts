import {AutomaticGain} from '../../firmware/audio/automatic-gain.ts';
import {createEncoder} from '../../firmware/audio/codec.ts';
import {EchoChain} from '../../firmware/audio/echo/echo-chain.ts';
import {frameSamples, frameTime, narrowSamples} from '../../firmware/audio/frame.ts';
import {OutgoingSound} from '../../firmware/audio/outgoing-sound.ts';
import {ReceivedSound} from '../../firmware/audio/received-sound.ts';
import {RtpHeader} from '../../firmware/rtp/packet.ts';
import {makeEchoScene} from '../support/echo-scene.ts';
import {randomNumbers} from '../support/random-numbers.ts';
import type {BenchRow} from './bench-row.ts';

const rounds = 7;
const seconds = 12;

/** What one round took for each frame, in us. */
interface Times {
  readonly echo: Float64Array;
  readonly whole: Float64Array;
}

/**
 * What a call in G.722 does with sound in 20 ms, both ways: buffer with jitter and 3 % loss, decoding, echo cancelling, noise,
 * gain, encoding. All rounds do the same, so that the least time of each frame is its cost, and what others took longer is
 * the machine's noise.
 */
export async function run(): Promise<BenchRow[]> {
  const scene = makeEchoScene({seconds, nearFrom: 6, farUntil: seconds, delayMs: 40, drive: 0.25});
  const packets = encode(scene.played);
  const times = Array.from({length: rounds}, () => play(packets, scene.microphone));
  const least = (part: keyof Times) =>
    times[0]![part].map((_, frame) => Math.min(...times.slice(1).map((round) => round[part][frame]!)));
  const all = Float64Array.from(times.slice(1).flatMap(({whole}) => [...whole]));
  return [
    row('echo cancelling for 20 ms', quantile(least('echo'), 0.5), 100),
    row('whole media chain for 20 ms', quantile(least('whole'), 0.5), 250),
    row('whole media chain for 20 ms, p99', quantile(least('whole'), 0.99), 1000),
    // Tells how much of the machine was left.
    {
      ...row('whole media chain for 20 ms, p99 with the noise of the machine', quantile(all, 0.99), 1000),
      goal: '',
      met: true,
    },
  ];
}

function encode(sound: Int16Array): Uint8Array[] {
  const encoder = createEncoder('G722');
  return Array.from({length: Math.floor(sound.length / frameSamples)}, (_, index) => {
    const bytes = new Uint8Array(narrowSamples);
    encoder.encode(sound.subarray(index * frameSamples, (index + 1) * frameSamples), frameSamples, bytes);
    return bytes;
  });
}

function play(packets: readonly Uint8Array[], microphone: Int16Array): Times {
  const random = randomNumbers(1);
  const received = new ReceivedSound();
  const echo = new EchoChain(false);
  const gain = new AutomaticGain();
  const outgoing = new OutgoingSound();
  outgoing.codec = 'G722';
  const header = new RtpHeader();
  header.payloadLength = narrowSamples;
  const [speaker, captured] = [new Int16Array(frameSamples), new Int16Array(frameSamples)];
  const times: Times = {echo: new Float64Array(packets.length), whole: new Float64Array(packets.length)};
  packets.forEach((packet, index) => {
    const now = index * frameTime;
    captured.set(microphone.subarray(index * frameSamples, (index + 1) * frameSamples));
    header.sequenceNumber = index;
    header.timestamp = index * narrowSamples;
    const start = performance.now();
    echo.process(speaker, captured, captured);
    const cancelled = performance.now();
    gain.process(captured, echo.near);
    outgoing.encode(captured);
    if (random() > 0.03) received.put(packet, header, 'G722', undefined, now - 15 * random());
    received.pull(speaker, now);
    times.echo[index] = (cancelled - start) * 1000;
    times.whole[index] = (performance.now() - start) * 1000;
  });
  return times;
}

function quantile(values: Float64Array, share: number): number {
  return values.toSorted()[Math.floor(share * values.length)]!;
}

function row(name: string, figure: number, most: number): BenchRow {
  return {
    name: `sound: ${name}`,
    figure,
    unit: 'us',
    anchor: null,
    ratio: null,
    goal: `<= ${most}`,
    met: figure <= most,
  };
}
