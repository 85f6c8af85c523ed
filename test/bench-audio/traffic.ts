import {randomNumbers} from '../support/random-numbers.ts';
import type {PacketTrace, TracedPacket} from './packet-trace.ts';

const packetTime = 20;
const seconds = 180;

/** A network: what it does to one packet after the other. */
interface Network {
  /** Least time under way, in ms. */
  readonly base: number;
  /** Further ms under way of the packet that is sent at `sent` ms. */
  jitter(sent: number): number;
  lost?(): boolean;
  /** Share of packets that others overtake, and that come twice. */
  readonly overtaken?: number;
  readonly doubled?: number;
  /** How much slower than ours the sender's clock is, in millionths. */
  readonly slow?: number;
}

/** Kinds of networks, each made anew with the random numbers of one call. */
const networks: Record<string, (random: () => number) => Network> = {
  cable: (random) => ({base: 2, jitter: () => exponential(random, 0.5)}),
  'random-loss-2': (random) => ({
    base: 15,
    jitter: () => exponential(random, 3),
    lost: () => random() < 0.02,
  }),
  'random-loss-8': (random) => ({
    base: 15,
    jitter: () => exponential(random, 3),
    lost: () => random() < 0.08,
  }),
  'loss-in-bursts': (random) => ({
    base: 25,
    jitter: () => exponential(random, 2),
    lost: inBursts(random, 0.03, 3),
  }),
  wifi: (random) => ({
    base: 6,
    jitter: stalls(random, {length: 25, spread: 40, pause: 700, pauseSpread: 3000, jitter: 2}),
    lost: () => random() < 0.002,
  }),
  'bad-wifi': (random) => ({
    base: 6,
    jitter: stalls(random, {length: 50, spread: 80, pause: 400, pauseSpread: 1300, jitter: 5}),
    lost: inBursts(random, 0.02, 3),
  }),
  congested: (random) => ({
    base: 40,
    jitter: inTwoStates(random, 4, 25),
    lost: inBursts(random, 0.02, 2),
    overtaken: 0.001,
  }),
  mobile: (random) => ({base: 40, jitter: wandering(random, 12), lost: () => random() < 0.004}),
  overtaking: (random) => ({
    base: 20,
    jitter: () => exponential(random, 3),
    overtaken: 0.02,
    doubled: 0.02,
    lost: () => random() < 0.005,
  }),
  'longer-way': (random) => ({
    base: 20,
    jitter: (sent) => exponential(random, 3) + (sent > 50_000 && sent < 110_000 ? 70 : 0),
  }),
  'slow-clock': (random) => ({base: 20, jitter: () => exponential(random, 3), slow: 100}),
  'fast-clock': (random) => ({base: 20, jitter: () => exponential(random, 3), slow: -100}),
};

/** Calls over all kinds of networks, three minutes each; the same for the same seeds. */
export function makeTraces(seeds: readonly number[]): PacketTrace[] {
  return Object.entries(networks).flatMap(([family, network], index) =>
    seeds.map((seed) => ({family, packets: send(network, randomNumbers(seed * 1000 + index))})),
  );
}

function send(make: (random: () => number) => Network, random: () => number): TracedPacket[] {
  const {base, jitter, lost = () => false, overtaken = 0, doubled = 0, slow = 0} = make(random);
  const packets: TracedPacket[] = [];
  let last = 0;
  let active = true;
  let changes = 1000;
  for (let sequence = 0; sequence < (seconds * 1000) / packetTime; sequence++) {
    const sent = sequence * packetTime * (1 + slow / 1e6);
    if (sent > changes) {
      active = !active;
      changes = sent + 300 + random() * 1800;
    }
    let arrived = sent + base + jitter(sent);
    if (random() < overtaken) arrived += packetTime * (1 + Math.floor(3 * random()));
    else {
      arrived = Math.max(arrived, last + 0.2);
      last = arrived;
    }
    packets.push({sequence, sent, arrived: lost() ? undefined : arrived, active});
    if (random() < doubled) packets.push({sequence, sent, arrived: arrived + 20 * random(), active});
  }
  return packets;
}

function exponential(random: () => number, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** Loss in two states (Gilbert): `share` of all packets, `length` in a row on average. */
function inBursts(random: () => number, share: number, length: number): () => boolean {
  let losing = false;
  const begins = share / (1 - share) / length;
  return () => {
    losing = losing ? random() >= 1 / length : random() < begins;
    return losing;
  };
}

/** Moments in which nothing comes through, as on a wireless channel that others use; ms. */
function stalls(
  random: () => number,
  mean: {length: number; spread: number; pause: number; pauseSpread: number; jitter: number},
): (sent: number) => number {
  let over = 0;
  let next = 1000;
  return (sent) => {
    if (sent >= next) {
      over = sent + mean.length + exponential(random, mean.spread);
      next = sent + mean.pause + exponential(random, mean.pauseSpread);
    }
    return Math.max(over - sent, exponential(random, mean.jitter));
  };
}

/** Queues that are short, with means of `low` ms, and at times long, with `high`; and peaks that ebb away. */
function inTwoStates(random: () => number, low: number, high: number): () => number {
  let long = false;
  let peak = 0;
  return () => {
    if (random() < (long ? 0.02 : 0.006)) long = !long;
    peak = random() < 0.003 ? 50 + 100 * random() : Math.max(0, peak - packetTime);
    return peak + exponential(random, long ? high : low);
  };
}

/** A delay that wanders around `spread` ms, with peaks. */
function wandering(random: () => number, spread: number): () => number {
  let level = 0;
  return () => {
    const step = random() + random() + random() - 1.5;
    level = 0.92 * level + 0.8 * step * spread;
    return Math.max(0, spread + level) + (random() < 0.008 ? exponential(random, 50) : 0);
  };
}
