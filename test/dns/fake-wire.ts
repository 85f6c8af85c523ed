import type {Clock} from '../../firmware/base/clock.ts';
import type {DnsWire} from '../../firmware/dns/client.ts';
import {type Behaviour, readQuestion, respondAs, type Zone} from '../support/dns-server.ts';

/** A name server on a fake wire. */
interface FakeServer {
  behaviour: Behaviour | 'is not there';
  /** How long (ms) its answers take. */
  delay: number;
  zone: Zone;
}

/** Name servers by address, on a clock of a test's own. */
export class FakeWire implements DnsWire {
  readonly servers = new Map<string, FakeServer>();
  /** What was asked: `192.0.2.53 UDP SRV _sip._udp.example.org`. */
  readonly asked: string[] = [];
  /** Exchanges that are open. */
  open = 0;
  #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(address: string, zone: Zone, behaviour: FakeServer['behaviour'] = 'answers', delay = 10): FakeServer {
    const server: FakeServer = {behaviour, delay, zone};
    this.servers.set(address, server);
    return server;
  }

  ask(...[server, over, query, on]: Parameters<DnsWire['ask']>): {close(): void} {
    const {name, type} = readQuestion(query);
    this.asked.push(`${server} ${over} ${type} ${name}`);
    this.open += 1;
    const fake = this.servers.get(server);
    const respond = () => {
      if (!fake || fake.behaviour === 'is not there')
        on.error(`nothing answers at the name server ${server}`);
      else {
        const limit = over === 'UDP' ? 512 : undefined;
        const response = respondAs(fake.behaviour, fake.zone, query, limit);
        if (response) on.message(response);
      }
    };
    const timer = this.#clock.after(fake?.delay ?? 0, respond);
    let open = true;
    return {
      close: () => {
        timer.cancel();
        if (open) this.open -= 1;
        open = false;
      },
    };
  }
}
