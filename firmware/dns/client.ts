import type {Clock, Timer} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import {failure, type Result, success} from '../base/result.ts';
import {
  answersQuestion,
  type DnsQuestion,
  type DnsResponse,
  nameError,
  noError,
  parseResponse,
  writeQuery,
} from './message.ts';

/** One question under way to one name server. */
export interface DnsExchange {
  /** Frees the socket; nothing is told after that. */
  close(): void;
}

/** Carries questions to name servers. Handed in, so that tests need no sockets. */
export interface DnsWire {
  /**
   * Sends `query` to a server, given as `address`, `address:port` or `[address]:port`. Over UDP each exchange has a
   * port of its own that nobody can guess, and hears that server only (RFC 5452 section 9.2).
   */
  ask(
    server: string,
    over: 'UDP' | 'TCP',
    query: Uint8Array,
    on: {message(bytes: Uint8Array): void; error(text: string): void},
  ): DnsExchange;
}

/** Why a question has no answer: no server said anything in time, or those that did could not or would not answer. */
export interface LookupFailure {
  readonly code: 'no-answer' | 'refused' | 'bad-name' | 'busy';
  /** In words, such as `no answer from the name server 192.168.1.1`. */
  readonly text: string;
}

/** How long (ms) one server is waited for before the next is asked as well. */
const patience = 1000;
/** Tries in all; with few servers each is asked more than once, for a datagram may be lost. */
const tryLimit = 4;
/** Servers that are asked at most. */
const serverLimit = 4;
/** RCODEs. */
const serverFailure = 2;
const refused = 5;
/** Questions under way at a time. */
const queryLimit = 64;

interface ClientOptions {
  /** The name servers, the preferred one first. Asked for each question, for they change with the network. */
  servers(): readonly string[];
  readonly wire: DnsWire;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/**
 * Asks name servers (RFC 1035 section 7): the one that answered last first, after a second without an answer the next
 * as well, and takes what comes first. An answer that was cut is fetched over TCP. All is over after 4 s.
 */
export class DnsClient {
  #options: ClientOptions;
  /** The server that answered last. */
  #good: string | undefined;
  #queries = new Set<Query>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Asks; `done` is called once, never before this returns. A name that does not exist is an answer, too. */
  query(question: DnsQuestion, done: (answer: Result<DnsResponse, LookupFailure>) => void): void {
    const {clock, random} = this.#options;
    const [high = 0, low = 0] = random(2);
    const bytes = writeQuery(high * 256 + low, question);
    if (!bytes || this.#queries.size >= queryLimit) {
      const refusal: LookupFailure = bytes
        ? {code: 'busy', text: `more than ${queryLimit} look-ups of names at a time`}
        : {code: 'bad-name', text: `"${question.name}" is not a domain name`};
      clock.after(0, () => done(failure(refusal)));
      return;
    }
    const query = new Query(question, bytes, this.#order(), this.#options, (answer, server) => {
      this.#queries.delete(query);
      if (answer.ok) this.#good = server;
      done(answer);
    });
    this.#queries.add(query);
  }

  /** Gives up all questions without a word. */
  close(): void {
    for (const query of this.#queries) query.close();
    this.#queries.clear();
  }

  #order(): string[] {
    const servers = this.#options.servers().slice(0, serverLimit);
    const good = servers.filter((server) => server === this.#good);
    return [...good, ...servers.filter((server) => server !== this.#good)];
  }
}

/** One question on its way through the servers. */
class Query {
  #question: DnsQuestion;
  #bytes: Uint8Array;
  #id: number;
  #servers: readonly string[];
  #wire: DnsWire;
  #clock: Clock;
  #done: (answer: Result<DnsResponse, LookupFailure>, server: string) => void;
  #exchanges = new Map<string, DnsExchange>();
  #tries = 0;
  #timer: Timer;
  /** What went wrong last with a server that did say something. */
  #trouble: string | undefined;

  constructor(
    question: DnsQuestion,
    bytes: Uint8Array,
    servers: readonly string[],
    {wire, clock}: ClientOptions,
    done: (answer: Result<DnsResponse, LookupFailure>, server: string) => void,
  ) {
    this.#question = question;
    this.#bytes = bytes;
    this.#id = bytes[0]! * 256 + bytes[1]!;
    this.#servers = servers;
    this.#wire = wire;
    this.#clock = clock;
    this.#done = done;
    this.#timer = clock.after(0, () => this.#fail());
    if (servers.length > 0) this.#next();
  }

  close(): void {
    this.#timer.cancel();
    for (const exchange of this.#exchanges.values()) exchange.close();
    this.#exchanges.clear();
  }

  /** Asks the next server; those asked before may still answer. */
  #next(): void {
    this.#timer.cancel();
    if (this.#tries === tryLimit) {
      this.#fail();
      return;
    }
    const server = this.#servers[this.#tries % this.#servers.length]!;
    this.#tries += 1;
    this.#timer = this.#clock.after(patience, () => this.#next());
    this.#ask(server, 'UDP');
  }

  #ask(server: string, over: 'UDP' | 'TCP'): void {
    this.#exchanges.get(server)?.close();
    const current = () => this.#exchanges.get(server) === exchange;
    const exchange = this.#wire.ask(server, over, this.#bytes, {
      message: (bytes) => {
        if (current()) this.#receive(bytes, server, over);
      },
      error: (text) => {
        if (current()) this.#disappoint(server, text);
      },
    });
    this.#exchanges.set(server, exchange);
  }

  #receive(bytes: Uint8Array, server: string, over: 'UDP' | 'TCP'): void {
    // Anybody may send; what does not carry our number is not the answer, and waiting goes on.
    if (bytes.length < 2 || bytes[0]! * 256 + bytes[1]! !== this.#id) return;
    const response = parseResponse(bytes);
    if (!response.ok) {
      this.#disappoint(server, `the name server ${server} sent a damaged answer`);
    } else if (response.value.code !== noError && response.value.code !== nameError) {
      this.#disappoint(server, `the name server ${server} ${refusalWords(response.value.code)}`);
    } else if (!answersQuestion(bytes, this.#question)) {
      return;
    } else if (response.value.truncated && over === 'UDP') {
      this.#ask(server, 'TCP');
    } else {
      this.close();
      this.#done(success(response.value), server);
    }
  }

  /** This server is of no use for this question: at once to the next, as long as each has not had its turn. */
  #disappoint(server: string, text: string): void {
    this.#trouble = text;
    this.#exchanges.get(server)?.close();
    this.#exchanges.delete(server);
    if (this.#tries < this.#servers.length) this.#next();
    else if (this.#exchanges.size === 0) this.#fail();
  }

  #fail(): void {
    this.close();
    const names = this.#servers.join(', ');
    const silence = names === '' ? 'no name server is set' : `no answer from the name server ${names}`;
    const reason: LookupFailure =
      this.#trouble === undefined
        ? {code: 'no-answer', text: silence}
        : {code: 'refused', text: this.#trouble};
    this.#done(failure(reason), '');
  }
}

/** What a name server that has no answer says of itself: RCODE (RFC 1035 section 4.1.1). */
function refusalWords(code: number): string {
  if (code === serverFailure) return 'has found no answer; does it reach the internet? (SERVFAIL)';
  if (code === refused) return 'refuses to answer; is it meant for this network? (REFUSED)';
  return `gives no answer (code ${code})`;
}
