import type {AudioStream} from '../../../firmware/rtp/audio-stream.ts';
import type {Call, CallEnd, CallListener, IncomingCall, MediaPort} from '../../../firmware/sip/agent/call.ts';
import {UserAgent, type UserAgentOptions} from '../../../firmware/sip/agent/user-agent.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import type {Zone} from '../../support/dns-server.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNames} from '../../support/fake-names.ts';
import {FakeNetwork, type Fate, seededBytes} from '../../support/fake-network.ts';
import {ScriptedPeer} from './scripted-peer.ts';

/** Names that the scene's resolver knows. */
const zone: Zone = {
  'tower.radio.org': [{type: 'A', address: '192.0.2.2'}],
  'lab.high-voltage.org': [{type: 'A', address: '192.0.2.1'}],
  'everybody.example.org': [{type: 'A', address: '239.255.255.250'}],
  'pbx.example.org': [{type: 'A', address: '192.0.2.9'}],
};

/** A media port that writes down what it is told. */
class RecordingPort implements MediaPort {
  readonly port: number;
  readonly streams: AudioStream[] = [];
  closed = false;

  constructor(port: number) {
    this.port = port;
  }

  update(stream: AudioStream): void {
    this.streams.push(stream);
  }

  close(): void {
    this.closed = true;
  }
}

/** A user agent with everything around it that is not SIP. */
export class Phone {
  readonly agent: UserAgent;
  readonly transactions: TransactionLayer;
  readonly ports: RecordingPort[] = [];
  /** What its calls told, in order: `ringing`, `answered 192.0.2.2:60000 sendrecv`, `ended busy`, … */
  readonly told: string[] = [];
  readonly ends: CallEnd[] = [];
  /** The calls that came in. */
  readonly incoming: IncomingCall[] = [];
  readonly address: string;

  constructor(
    network: FakeNetwork,
    clock: FakeClock,
    address: string,
    options: Partial<UserAgentOptions> & {rtp: number},
  ) {
    this.address = address;
    const transport = network.open(address);
    const random = seededBytes(Buffer.from(address).reduce((sum, byte) => 31 * sum + byte, 0));
    this.transactions = new TransactionLayer({transport, clock, random});
    transport.onMessage = (bytes, remote, local) => this.transactions.receive(bytes, remote, local);
    let port = options.rtp;
    this.agent = new UserAgent({
      transactions: this.transactions,
      transport,
      accounts: [],
      clock,
      random,
      userAgentName: 'Doorline',
      names: new FakeNames(zone),
      openMedia: async () => {
        const opened = new RecordingPort(port);
        port += 2;
        this.ports.push(opened);
        return opened;
      },
      ...options,
    });
    this.agent.onIncoming = (call) => {
      this.incoming.push(call);
      call.onEnded = (end) => this.tell(`gave up ${end.cause}`, end);
      this.onCall(call);
    };
  }

  /** What it does with a call that comes in; by default it lets it wait. */
  onCall: (call: IncomingCall) => void = () => {};

  /** A listener that writes down all it hears. */
  get listener(): CallListener {
    return {
      onRinging: (early) => this.tell(early ? 'early media' : 'ringing'),
      onAnswered: ({remote, direction}) =>
        this.tell(`answered ${remote.address}:${remote.port} ${direction}`),
      onUpdated: ({remote, direction}) => this.tell(`updated ${remote.address}:${remote.port} ${direction}`),
      onDigit: (digit) => this.tell(`digit ${digit}`),
      onEnded: (end) => this.tell(`ended ${end.cause}`, end),
    };
  }

  /** Places a call whose target must be good. */
  call(target: string): Call {
    const call = this.agent.call(target, this.listener);
    if (!call.ok) throw new Error(call.error.text);
    return call.value;
  }

  /** Everything it holds: calls, dialogs, transactions and open media ports. */
  get leftovers(): number {
    return this.agent.size + this.transactions.size + this.ports.filter(({closed}) => !closed).length;
  }

  private tell(what: string, end?: CallEnd): void {
    this.told.push(what);
    if (end) this.ends.push(end);
  }
}

/** Tesla and Marconi with their user agents, and on request a peer that does only what a test says. */
export class CallScene {
  readonly clock = new FakeClock();
  readonly network: FakeNetwork;
  readonly tesla: Phone;
  readonly marconi: Phone;

  constructor(
    options: {fate?: Fate; tesla?: Partial<UserAgentOptions>; marconi?: Partial<UserAgentOptions>} = {},
  ) {
    this.network = new FakeNetwork(this.clock, options.fate);
    this.tesla = new Phone(this.network, this.clock, '192.0.2.1', {rtp: 49170, ...options.tesla});
    this.marconi = new Phone(this.network, this.clock, '192.0.2.2', {rtp: 60000, ...options.marconi});
  }

  /** A peer at 192.0.2.9, the address of pbx.example.org. */
  peer(address = '192.0.2.9', port = 5060): ScriptedPeer {
    return new ScriptedPeer(this.network.open(address, port), () => this.settle());
  }

  /** Lets promises and everything that is due now happen. */
  async settle(): Promise<void> {
    await this.pass(0);
  }

  /** Moves the time on, with promises settled between any two timers. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    await turn();
    for (let next = this.clock.next; next !== undefined && next <= end; next = this.clock.next) {
      this.clock.advance(next - this.clock.now());
      await turn();
    }
    this.clock.advance(end - this.clock.now());
    await turn();
  }

  /** First lines of all that was sent so far, with the sender: `1 INVITE sip:…`, `2 SIP/2.0 180 Ringing`. */
  get wire(): string[] {
    return this.network.sent.map(({from, text}) => {
      const line = text.split('\r\n', 1)[0]!.replace(/^SIP\/2\.0 | SIP\/2\.0$/g, '');
      return `${from.address.split('.').at(-1)} ${line}`;
    });
  }
}

/** A turn of the event loop, in which all settled promises are dealt with. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
