import {SocketAddress} from 'node:net';
import {readName} from './name.ts';

/** Codes of the record types that are understood (RFC 1035, 3596, 2782, 3403). */
export const typeCodes = {A: 1, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33, NAPTR: 35} as const;

interface Common {
  /** Whose record it is. */
  readonly name: string;
  /** Seconds for which it may be kept. */
  readonly ttl: number;
}

/** An address of a host. */
export interface AddressRecord extends Common {
  readonly type: 'A' | 'AAAA';
  readonly address: string;
}

/** A server of a service (RFC 2782). */
export interface SrvRecord extends Common {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** Its host; empty (the root) where the service is not offered at all. */
  readonly target: string;
}

/** Where to look next for a service (RFC 3403). */
export interface NaptrRecord extends Common {
  readonly type: 'NAPTR';
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** The true name of an alias. */
interface AliasRecord extends Common {
  readonly type: 'CNAME';
  readonly target: string;
}

/** What the zone says about itself: with it comes how long a "no" may be kept (RFC 2308). */
interface ZoneRecord extends Common {
  readonly type: 'SOA';
  readonly minimum: number;
}

/** A record of a type that is understood. */
export type DnsRecord = AddressRecord | SrvRecord | NaptrRecord | AliasRecord | ZoneRecord;

/** The types that are asked for. */
export type RecordType = 'A' | 'AAAA' | 'SRV' | 'NAPTR';

/** RFC 2181 section 8: a time with the highest bit set counts as none. */
const longestTtl = 0x7fff_ffff;

/**
 * Reads the record at `offset`. `record` is undefined where its type is not one of ours; all of it is undefined
 * where it is malformed.
 */
export function readRecord(
  message: Uint8Array,
  offset: number,
): {readonly record: DnsRecord | undefined; readonly next: number} | undefined {
  //  NAME, TYPE (2), CLASS (2), TTL (4), RDLENGTH (2), RDATA: RFC 1035 section 4.1.3
  const owner = readName(message, offset);
  if (!owner || owner.next + 10 > message.length) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const type = view.getUint16(owner.next);
  const internet = view.getUint16(owner.next + 2) === 1;
  const ttl = view.getUint32(owner.next + 4);
  const start = owner.next + 10;
  const next = start + view.getUint16(owner.next + 8);
  if (next > message.length) return undefined;
  const common = {name: owner.name, ttl: ttl > longestTtl ? 0 : ttl};
  const read = internet ? readers.get(type) : undefined;
  if (!read) return {record: undefined, next};
  const record = read(new Data(message, start, next), common);
  return record && {record, next};
}

type ReadData = (data: Data, common: Common) => DnsRecord | undefined;

const readers: ReadonlyMap<number, ReadData> = new Map<number, ReadData>([
  [typeCodes.A, (data, common) => data.end({...common, type: 'A', address: data.address(4)})],
  [typeCodes.AAAA, (data, common) => data.end({...common, type: 'AAAA', address: data.address(16)})],
  [typeCodes.CNAME, (data, common) => data.end({...common, type: 'CNAME', target: data.name()})],
  [
    typeCodes.SOA,
    (data, common) => {
      data.name();
      data.name();
      for (let skipped = 0; skipped < 8; skipped += 1) data.number();
      return data.end({...common, type: 'SOA', minimum: data.number() * 65_536 + data.number()});
    },
  ],
  [
    typeCodes.SRV,
    (data, common) => {
      const [priority, weight, port] = [data.number(), data.number(), data.number()];
      return data.end({...common, type: 'SRV', priority, weight, port, target: data.name()});
    },
  ],
  [
    typeCodes.NAPTR,
    (data, common) => {
      const [order, preference] = [data.number(), data.number()];
      const [flags, service, regexp] = [data.text(), data.text(), data.text()];
      const replacement = data.name();
      return data.end({...common, type: 'NAPTR', order, preference, flags, service, regexp, replacement});
    },
  ],
]);

/** The data of one record, read from its start to its end; anything that does not fit spoils all of it. */
class Data {
  #message: Uint8Array;
  #position: number;
  #end: number;
  #good = true;

  constructor(message: Uint8Array, start: number, end: number) {
    this.#message = message;
    this.#position = start;
    this.#end = end;
  }

  /** Two octets. */
  number(): number {
    const [high = 0, low = 0] = this.#take(2);
    return high * 256 + low;
  }

  /** A length octet and as many characters. */
  text(): string {
    const [length = 0] = this.#take(1);
    return Buffer.from(this.#take(length)).toString('latin1');
  }

  name(): string {
    const read = readName(this.#message, this.#position);
    this.#position = read?.next ?? this.#end + 1;
    this.#good &&= this.#position <= this.#end;
    return read?.name ?? '';
  }

  /** An address of 4 or 16 octets, in its usual text form. */
  address(size: 4 | 16): string {
    const octets = this.#take(size);
    if (octets.length < size) return '';
    if (size === 4) return octets.join('.');
    const groups = Array.from({length: 8}, (_, index) =>
      (octets[2 * index]! * 256 + octets[2 * index + 1]!).toString(16),
    );
    return new SocketAddress({address: groups.join(':'), family: 'ipv6'}).address;
  }

  /** `record`, where exactly all of the data has been read. */
  end<Whole>(record: Whole): Whole | undefined {
    return this.#good && this.#position === this.#end ? record : undefined;
  }

  #take(count: number): Uint8Array {
    const start = this.#position;
    this.#position += count;
    this.#good &&= this.#position <= this.#end;
    return this.#good ? this.#message.subarray(start, this.#position) : new Uint8Array();
  }
}
