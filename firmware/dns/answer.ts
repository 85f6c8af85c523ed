import {type DnsQuestion, type DnsResponse, nameError} from './message.ts';
import {sameName} from './name.ts';
import type {DnsRecord} from './record.ts';

/** Aliases in a row that are followed. */
export const aliasLimit = 8;
/** Records of one name and type that are kept. */
const recordLimit = 32;
/** Seconds that an answer is kept at most, whatever its zone says. */
const longestTtl = 86_400;
/** Seconds that a "no" is kept: at most, and where its zone does not say (RFC 2308 section 5). */
const longestNegativeTtl = 60;
const usualNegativeTtl = 30;

/** What a response says to a question. */
export interface Finding {
  readonly records: readonly DnsRecord[];
  /** Seconds for which it holds. */
  readonly ttl: number;
  /** Whether there is nothing of that name, of whatever type. */
  readonly nameless: boolean;
  /** Set where the response ends with an alias: whom to ask for instead. */
  readonly alias: string | undefined;
}

/** Follows the aliases within a response to the records asked for (RFC 1034 section 3.6.2). */
export function readFinding({name, type}: DnsQuestion, response: DnsResponse): Finding {
  let owner = name;
  let ttl = longestTtl;
  for (let followed = 0; followed <= aliasLimit; followed += 1) {
    const own = response.answers.filter((record) => sameName(record.name, owner));
    const records = own.filter((record) => record.type === type).slice(0, recordLimit);
    if (records.length > 0) {
      const shortest = Math.min(ttl, ...records.map((record) => record.ttl));
      return {records, ttl: shortest, nameless: false, alias: undefined};
    }
    const alias = own.find((record) => record.type === 'CNAME');
    if (!alias) break;
    owner = alias.target;
    ttl = Math.min(ttl, alias.ttl);
  }
  const zone = response.authority.find((record) => record.type === 'SOA');
  const nameless = response.code === nameError;
  const unfinished = !sameName(owner, name) && !zone && !nameless;
  const negative = zone ? Math.min(zone.ttl, zone.minimum, longestNegativeTtl) : usualNegativeTtl;
  return {records: [], ttl: Math.min(ttl, negative), nameless, alias: unfinished ? owner : undefined};
}
