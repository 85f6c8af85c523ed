/**
 * A user agent that answers every call at once, made of Doorline's own layers down to the socket, without any sound. Prints
 * `port N`; for each line on its standard input, `figures {…}`: what it holds, after a garbage collection.
 */
import {systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import type {CallListener, MediaPort} from '../../firmware/sip/agent/call.ts';
import {UserAgent} from '../../firmware/sip/agent/user-agent.ts';
import {TransactionLayer} from '../../firmware/sip/transaction/transaction-layer.ts';
import {UdpTransport} from '../../firmware/sip/transport/udp.ts';

/** What is left of calls in the process. */
export interface CallsHeld {
  /** Bytes of JavaScript objects that are alive. */
  readonly heap: number;
  readonly transactions: number;
  readonly calls: number;
}

/** A fifth of the usual, so that within the run all timers of all transactions run out: the last after 64*T1. */
const timers = {T1: 100, T2: 4000, T4: 5000};
const clock = systemClock;
const random = systemRandom;
const transport = new UdpTransport(clock);
// The source of the calls is known: nothing is to be limited that is not limited for an account's server.
const transactions = new TransactionLayer({transport, clock, random, timers});
transport.onMessage = (bytes, remote, local, over) => transactions.receive(bytes, remote, local, over);
const telephone = new UserAgent({
  transport,
  transactions,
  clock,
  random,
  timers,
  accounts: [],
  userAgentName: 'Doorline',
  names: {lookup: () => {}},
  // How many come in is for SIPp to say.
  sessionLimit: Number.POSITIVE_INFINITY,
  openMedia: async () => media,
});
const media: MediaPort = {port: 40_000, update() {}, close() {}};
const listener: CallListener = {onRinging() {}, onAnswered() {}, onDigit() {}, onEnded() {}};
telephone.onIncoming = (call) => {
  call.ring();
  call.answer(listener);
};

const {port} = await transport.bind('127.0.0.1', 0);
process.stdout.write(`port ${port}\n`);
process.stdin.on('data', () => {
  globalThis.gc?.();
  const {heapUsed, external} = process.memoryUsage();
  const held: CallsHeld = {
    heap: heapUsed + external,
    transactions: transactions.size,
    calls: telephone.size,
  };
  process.stdout.write(`figures ${JSON.stringify(held)}\n`);
});
