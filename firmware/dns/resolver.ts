import type {Clock, Timer} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import {failure, type Result, success} from '../base/result.ts';
import {aliasLimit, type Finding, readFinding} from './answer.ts';
import {Cache, type CacheEntry, type Waiting} from './cache.ts';
import {DnsClient, type DnsWire, type LookupFailure} from './client.ts';
import type {DnsQuestion} from './message.ts';
import type {Answer, NameService} from './name-service.ts';
import type {AddressRecord, RecordType} from './record.ts';

/** How long (ms) whoever asks waits for a fresh answer where an old one, or a failure, is known (RFC 8767 section 5). */
const staleTimer = 500;
/** All is over by then (ms), whatever it takes: aliases, a system that is slow. */
const lookupLimit = 5000;
/** Seconds that an answer of the system or of the hosts file holds: neither says. */
const systemTtl = 60;
const hostsTtl = 5;

/** What a resolver works with. */
interface ResolverOptions {
  /** The name servers, as `address` or `address:port`, the preferred one first. */
  servers(): readonly string[];
  readonly wire: DnsWire;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The addresses that this machine's own table (/etc/hosts) gives a name. */
  hosts(name: string): readonly string[];
  /** What the system's own look-up says: it knows mDNS, search domains and more, but no times. Rejects for unknown names. */
  system(name: string, family: 4 | 6): Promise<readonly string[]>;
}

/**
 * Looks names up and remembers the answers for as long as they hold, "no such name" included. While no name server
 * answers, what was known last goes on serving, after half a second at first and then at once: a door must ring
 * while the router restarts.
 *
 * It is a DNS client of its own because Node's Resolver tells no TTL but that of addresses, none for "no", and its
 * timers are its own.
 */
export class Resolver implements NameService {
  #options: ResolverOptions;
  #client: DnsClient;
  #cache = new Cache();
  /** What ends look-ups that take too long. */
  #limits = new Set<Timer>();

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#client = new DnsClient(options);
  }

  /** Questions that are remembered. */
  get size(): number {
    return this.#cache.size;
  }

  lookup<Type extends RecordType>(name: string, type: Type, found: (answer: Answer<Type>) => void): void {
    const {clock} = this.#options;
    const question = {name: name.toLowerCase().replace(/\.$/, ''), type};
    const entry = this.#cache.entry(`${type} ${question.name}`);
    // Only records of the type asked for are ever put into an entry.
    const tell = found as Waiting['found'];
    const known = entry.known(clock.now());
    if (known) {
      tell(known);
      return;
    }
    const waiting: Waiting = {found: tell, timer: undefined};
    if (entry.last(clock.now())) {
      waiting.timer = clock.after(staleTimer, () => {
        entry.waiting?.delete(waiting);
        tell(entry.last(clock.now())!);
      });
    }
    if (entry.waiting) entry.waiting.add(waiting);
    else {
      entry.waiting = new Set([waiting]);
      this.#refresh(question, entry);
    }
  }

  /** Asks what found no answer again when it is needed, however short a time ago that was: the network is another one. */
  forgetFailures(): void {
    for (const entry of this.#cache.values()) entry.forgetFailures();
  }

  /** Gives up what is under way, without a word. */
  close(): void {
    this.#client.close();
    for (const limit of this.#limits) limit.cancel();
    this.#limits.clear();
    for (const entry of this.#cache.values()) {
      for (const {timer} of entry.waiting ?? []) timer?.cancel();
      entry.waiting = undefined;
    }
  }

  #refresh(question: DnsQuestion, entry: CacheEntry): void {
    const {clock} = this.#options;
    const {waiting} = entry;
    const settle = (finding: Result<Finding, LookupFailure>) => {
      if (!waiting || entry.waiting !== waiting) return;
      limit.cancel();
      this.#limits.delete(limit);
      entry.waiting = undefined;
      const now = clock.now();
      if (finding.ok) entry.succeed(finding.value.records, finding.value.ttl, now);
      else entry.fail(finding.error, now);
      const answer = finding.ok ? success(finding.value.records) : entry.last(now)!;
      for (const {found, timer} of waiting) {
        timer?.cancel();
        found(answer);
      }
    };
    const limit = clock.after(lookupLimit, () =>
      settle(failure({code: 'no-answer', text: 'name resolution takes too long'})),
    );
    this.#limits.add(limit);
    const {name, type} = question;
    if (type === 'A' || type === 'AAAA') this.#findAddresses({name, type}, settle);
    else this.#ask(question, aliasLimit, settle);
  }

  /**
   * The hosts file comes first, as everywhere. Names that DNS does not have go to the system: those without a dot,
   * which it completes, those of mDNS (RFC 6762 section 22.1: not to be asked of DNS), and what DNS says no to.
   */
  #findAddresses(
    question: {readonly name: string; readonly type: 'A' | 'AAAA'},
    done: (finding: Result<Finding, LookupFailure>) => void,
  ): void {
    const {clock, hosts} = this.#options;
    const listed = hosts(question.name);
    if (listed.length > 0) {
      clock.after(0, () => done(success(addresses(question, listed, hostsTtl))));
    } else if (!question.name.includes('.') || question.name.endsWith('.local')) {
      this.#askSystem(question, undefined, done);
    } else {
      this.#ask(question, aliasLimit, (finding) => {
        const silent = !finding.ok && finding.error.code === 'no-answer';
        if (silent || (finding.ok && !finding.value.nameless)) done(finding);
        else this.#askSystem(question, finding, done);
      });
    }
  }

  #ask(
    question: DnsQuestion,
    aliases: number,
    done: (finding: Result<Finding, LookupFailure>) => void,
  ): void {
    this.#client.query(question, (response) => {
      if (!response.ok) {
        done(response);
        return;
      }
      const finding = readFinding(question, response.value);
      if (finding.alias === undefined || aliases === 0) done(success(finding));
      else this.#ask({...question, name: finding.alias}, aliases - 1, (rest) => done(behind(finding, rest)));
    });
  }

  /** `otherwise` is what counts where the system does not know the name either. */
  #askSystem(
    question: {readonly name: string; readonly type: 'A' | 'AAAA'},
    otherwise: Result<Finding, LookupFailure> | undefined,
    done: (finding: Result<Finding, LookupFailure>) => void,
  ): void {
    this.#options.system(question.name, question.type === 'A' ? 4 : 6).then(
      (found) => done(success(addresses(question, found, systemTtl))),
      () => done(otherwise ?? success(addresses(question, [], hostsTtl))),
    );
  }
}

/** What was found behind an alias holds no longer than the alias. */
function behind(alias: Finding, rest: Result<Finding, LookupFailure>): Result<Finding, LookupFailure> {
  return rest.ok ? success({...rest.value, ttl: Math.min(alias.ttl, rest.value.ttl)}) : rest;
}

function addresses(
  {name, type}: {readonly name: string; readonly type: 'A' | 'AAAA'},
  found: readonly string[],
  ttl: number,
): Finding {
  const records = found
    .filter((address) => address.includes(':') === (type === 'AAAA'))
    .map((address): AddressRecord => ({name, type, ttl, address}));
  return {records, ttl, nameless: false, alias: undefined};
}
