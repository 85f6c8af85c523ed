import {systemClock as clock} from './base/clock.ts';
import {systemRandom as random} from './base/random.ts';
import type {CallListener, MediaPort} from './sip/agent/call.ts';
import {UserAgent} from './sip/agent/user-agent.ts';
import {TransactionLayer} from './sip/transaction/transaction-layer.ts';
import {noHold, type Transport} from './sip/transport/transport.ts';
import {userAgentName} from './version.ts';

const silentMedia: MediaPort = {port: 16384, update() {}, close() {}};
/** So long (ms) the answer to the BYE may take. */
const lastWords = 100;
const deafListener: CallListener = {onRinging() {}, onAnswered() {}, onDigit() {}, onEnded() {}};

/**
 * Places a call from one user agent to another within this process, without a network, and hangs up. JavaScript is
 * compiled when it first runs, which made the first press after a start about three times slower than the next ones.
 */
export function rehearseCall(): void {
  const here = {address: '127.0.0.1', port: 5060};
  const there = {address: '127.0.0.2', port: 5060};
  const layers = new Map<string, TransactionLayer>();
  const leave = () => {
    for (const layer of layers.values()) layer.close();
  };
  const join = (own: typeof here): UserAgent => {
    const transport: Transport = {
      send: (bytes, {address, port}) =>
        void setImmediate(() => layers.get(address)?.receive(bytes, own, {address, port})),
      localAddress: () => own,
      prepare: (_destination, ready) => ready(),
      hold: () => noHold,
      unanswered() {},
    };
    const transactions = new TransactionLayer({transport, clock, random});
    layers.set(own.address, transactions);
    const openMedia = async () => silentMedia;
    return new UserAgent({
      transport,
      transactions,
      clock,
      random,
      accounts: [],
      userAgentName,
      openMedia,
      names: {lookup() {}},
    });
  };
  const caller = join(here);
  const callee = join(there);
  callee.onIncoming = (call) => {
    call.ring();
    call.answer({...deafListener, onAnswered: () => call.hangUp()});
  };
  caller.call(`sip:${there.address}`, {...deafListener, onEnded: () => clock.after(lastWords, leave)});
}
