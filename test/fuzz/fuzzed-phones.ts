import {readdirSync, readFileSync} from 'node:fs';
import type {SocketAddress} from '../../firmware/rtp/audio-stream.ts';
import type {Call, CallListener} from '../../firmware/sip/agent/call.ts';
import {sipCorpus} from '../bench/sip-corpus.ts';
import {CallScene, type Phone} from '../sip/agent/scene.ts';
import {callMessages} from './call-messages.ts';
import {DatagramMutator} from './datagram-mutator.ts';
import {FuzzedStream} from './fuzzed-stream.ts';

/** Longer than any timer of a call or a subscription that nobody ends, in ms of fake time. */
const quiet = 3_700_000;
/** What each side does at most in a round. */
const steps = 40;

const vectors = ['rfc4475', 'rfc5118'].flatMap((name) => {
  const folder = new URL(`../vectors/${name}/`, import.meta.url);
  return readdirSync(folder).map((file) => readFileSync(new URL(file, folder)));
});

/** An account whose server is the other phone, so that challenges are answered; it is never registered. */
const accountAt = (address: string) => ({
  name: 'house',
  uri: `sip:door@${address}`,
  user: 'door',
  password: 'sesame',
  registrars: [`sip:${address}`],
  expires: 300,
});

/** One of the two: what it called, and the way to give it a datagram. */
interface Side {
  readonly phone: Phone;
  readonly calls: Call[];
  readonly give: (bytes: Uint8Array, remote: SocketAddress) => void;
  /** What it does when a call tells of something. */
  readonly listener: CallListener;
  readonly stream: FuzzedStream;
}

/**
 * Two user agents that call each other on fake time, over a network that loses, doubles, delays and changes what they
 * send and slips in messages of its own. After each round everything must be gone again.
 */
export class FuzzedPhones {
  /** Datagrams that the two were given. */
  messages = 0;
  /** The last of them. */
  last: Uint8Array = new Uint8Array();
  #mutator: DatagramMutator;
  #scene: CallScene;
  #sides: [Side, Side];
  /** Whether what reaches them comes through streams in this round. */
  #streams = false;

  constructor(seed: number) {
    const mutator = new DatagramMutator(seed, [
      ...sipCorpus,
      ...vectors,
      ...Array(8).fill(callMessages).flat(),
    ]);
    this.#mutator = mutator;
    this.#scene = new CallScene({
      tesla: {accounts: [accountAt('192.0.2.2')]},
      marconi: {accounts: [accountAt('192.0.2.1')]},
      fate: () =>
        mutator.once(20) ? [] : mutator.once(20) ? [0, 40] : [mutator.once(5) ? mutator.below(900) : 5],
    });
    this.#sides = [this.#tap(this.#scene.tesla), this.#tap(this.#scene.marconi)];
  }

  /** Some calls, then silence until every timer has run out. @throws Error when something is left behind. */
  async round(): Promise<void> {
    const [one, other] = this.#sides;
    this.#streams = this.#mutator.once(2);
    for (const {phone, stream} of this.#sides) {
      stream.restart();
      phone.agent.onSubscribe = () => !this.#mutator.once(4);
    }
    for (let step = this.#mutator.below(steps); step >= 0; step--) {
      this.#act(one, other);
      this.#act(other, one);
      await this.#scene.pass(this.#mutator.once(8) ? this.#mutator.below(40_000) : this.#mutator.below(300));
    }
    for (const {phone, calls} of this.#sides) {
      // What is still on its way finds nobody at home.
      phone.onCall = (call) => call.refuse(480);
      phone.agent.onSubscribe = () => false;
      for (const call of [...calls, ...phone.incoming]) call.hangUp();
    }
    await this.#scene.pass(quiet);
    const left = [...this.#sides.map(({phone}) => phone.leftovers), this.#scene.clock.pending];
    if (left.some((count) => count !== 0)) throw new Error(`left behind: ${left.join(', ')}`);
    this.#scene.network.sent.length = 0;
    for (const {phone, calls} of this.#sides) {
      phone.onCall = () => {};
      for (const list of [calls, phone.incoming, phone.told, phone.ends, phone.ports]) list.length = 0;
    }
  }

  /** Changes what reaches `phone` now and then. */
  #tap(phone: Phone): Side {
    const {transactions} = phone;
    const receive = transactions.receive.bind(transactions);
    const give: Side['give'] = (bytes, remote) => {
      this.messages++;
      this.last = bytes;
      receive(bytes, remote, {address: phone.address, port: 5060});
    };
    let sender: SocketAddress = {address: '192.0.2.66', port: 5060};
    const stream = new FuzzedStream(this.#mutator, (bytes) => give(bytes, sender));
    transactions.receive = (bytes, remote) => {
      this.#mutator.see(bytes);
      const changed = this.#mutator.once(8) ? this.#mutator.mutate(bytes) : bytes;
      sender = remote;
      if (this.#streams) stream.push(changed);
      else give(changed, remote);
    };
    phone.agent.onMessage = () => ([200, 403, 480] as const)[this.#mutator.below(3)]!;
    phone.agent.onUnanswerable = () => {};
    const calls: Call[] = [];
    const listener: CallListener = {
      ...phone.listener,
      onTransfer: (request) => {
        const call = this.#mutator.once(3) ? request.refuse(403) : request.accept(phone.listener);
        if (call?.ok) calls.push(call.value);
      },
    };
    return {phone, calls, give, listener, stream};
  }

  /** Lets a user or a stranger do something. */
  #act({phone, calls, give, listener, stream}: Side, {phone: other}: Side): void {
    const mutator = this.#mutator;
    const incoming = phone.incoming[mutator.below(phone.incoming.length)];
    switch (mutator.below(12)) {
      case 0:
        if (phone.agent.size < 6) {
          const call = phone.agent.call(`sip:101@${other.address}`, listener);
          if (call.ok) calls.push(call.value);
        }
        break;
      case 1:
        incoming?.ring();
        break;
      case 2:
      case 3:
        incoming?.answer(listener);
        break;
      case 4:
        if (mutator.once(3)) incoming?.hangUp();
        break;
      case 5:
        if (mutator.once(3)) calls[mutator.below(calls.length)]?.hangUp();
        break;
      case 6:
      case 7:
        for (let count = 1 + mutator.below(6); count > 0; count--) {
          give(mutator.follow(callMessages), {address: other.address, port: 5060});
        }
        break;
      default:
        for (let count = 1 + mutator.below(6); count > 0; count--) {
          if (this.#streams && mutator.once(2)) stream.push(mutator.invent());
          else give(mutator.invent(), {address: mutator.once(4) ? '192.0.2.66' : other.address, port: 5060});
        }
    }
  }
}
