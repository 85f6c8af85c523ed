import {onTestFinished} from 'vitest';
import {type Clock, systemClock, type Timer} from '../../firmware/base/clock.ts';
import {systemRandom as random} from '../../firmware/base/random.ts';
import type {AccountOptions} from '../../firmware/sip/agent/account-options.ts';
import type {CallEnd} from '../../firmware/sip/agent/call.ts';
import {messageText} from '../../firmware/sip/agent/message-text.ts';
import {UserAgent} from '../../firmware/sip/agent/user-agent.ts';
import {TransactionLayer} from '../../firmware/sip/transaction/transaction-layer.ts';
import {Transports} from '../../firmware/sip/transport/transports.ts';

/** How much faster than the others' its clock runs: what takes a minute and a half by the RFCs takes six seconds. */
const usualPace = 15;

/** A clock with a pace that can be changed: for timers that are set from then on. */
class PacedClock implements Clock {
  #pace = usualPace;
  #passed = 0;
  #since = systemClock.now();

  set pace(pace: number) {
    this.#passed = this.now();
    this.#since = systemClock.now();
    this.#pace = pace;
  }

  now(): number {
    return this.#passed + (systemClock.now() - this.#since) * this.#pace;
  }

  wallTime(): number {
    return systemClock.wallTime();
  }

  after(milliseconds: number, callback: () => void): Timer {
    return systemClock.after(milliseconds / this.#pace, callback);
  }
}

/** A message that was sent or came in. */
interface Traced {
  /** The first line. */
  readonly line: string;
  readonly direction: 'in' | 'out';
  readonly message: string;
  /** By the agent's own clock, in ms. */
  readonly at: number;
}

/**
 * The user agent on a real UDP socket of 127.0.0.1, with silence for sound, and with a clock that runs faster than the
 * others': so that timers that count minutes are seen by real peers.
 */
export class HurriedAgent {
  /** Everything that was sent or came in. */
  readonly trace: readonly Traced[];
  /** How the call ended. */
  readonly ended: Promise<CallEnd>;
  readonly #agent: UserAgent;
  readonly #onEnded: (end: CallEnd) => void;
  #hangUp: (() => void) | undefined;

  private constructor(agent: UserAgent, trace: readonly Traced[]) {
    const {promise, resolve} = Promise.withResolvers<CallEnd>();
    this.#agent = agent;
    this.trace = trace;
    this.ended = promise;
    this.#onEnded = resolve;
  }

  /**
   * It is stopped at the end of the test. While it waits for nobody its clock may run even faster: at `quietPace`, from a
   * 200 to the next request of its own.
   */
  static async start(accounts: AccountOptions[] = [], quietPace = usualPace): Promise<HurriedAgent> {
    const clock = new PacedClock();
    const transport = new Transports(clock, {verify: true});
    await transport.bind({transport: 'UDP', address: '127.0.0.1', port: 0});
    const transactions = new TransactionLayer({transport, clock, random});
    transport.onMessage = (...message) => transactions.receive(...message);
    const agent = new UserAgent({
      transport,
      transactions,
      clock,
      random,
      accounts,
      userAgentName: 'Doorline in a hurry',
      openMedia: async () => ({port: 16384, update() {}, close() {}}),
      names: {lookup() {}},
    });
    const trace: Traced[] = [];
    agent.onTrace = ({direction, bytes}) => {
      const message = messageText(bytes);
      const line = message.split('\r\n', 1)[0]!;
      trace.push({line, direction, message, at: clock.now()});
      if (direction === 'in' && line.startsWith('SIP/2.0 200 ')) clock.pace = quietPace;
      else if (direction === 'out' && !line.startsWith('ACK ')) clock.pace = usualPace;
    };
    onTestFinished(async () => {
      await agent.stop();
      transactions.close();
      transport.close();
    });
    return new HurriedAgent(agent, trace);
  }

  /** Calls, and waits for the answer. */
  async call(target: string): Promise<void> {
    const {promise: answered, resolve, reject} = Promise.withResolvers<void>();
    const placed = this.#agent.call(target, {
      onRinging() {},
      onAnswered: () => resolve(),
      onDigit() {},
      onEnded: (end) => {
        reject(new Error(end.text));
        this.#onEnded(end);
      },
    });
    if (!placed.ok) throw new Error(placed.error.text);
    this.#hangUp = () => placed.value.hangUp();
    await answered;
  }

  hangUp(): void {
    this.#hangUp?.();
  }
}
