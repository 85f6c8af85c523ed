import {failure, success} from '../../firmware/base/result.ts';
import type {LookupFailure} from '../../firmware/dns/client.ts';
import type {Answer, NameService, RecordOfType} from '../../firmware/dns/name-service.ts';
import type {RecordType} from '../../firmware/dns/record.ts';
import type {Zone, ZoneRecord} from './dns-server.ts';

/** A name service that knows a zone, and answers at once or when it is told to. */
export class FakeNames implements NameService {
  zone: Zone;
  /** Set: nobody answers, for this reason. */
  failure: LookupFailure | undefined;
  /** What was asked, in order: `SRV _sip._udp.example.org`. */
  readonly asked: string[] = [];
  /** While set, answers are put here instead of given. */
  held: (() => void)[] | undefined;

  constructor(zone: Zone) {
    this.zone = zone;
  }

  lookup<Type extends RecordType>(name: string, type: Type, found: (answer: Answer<Type>) => void): void {
    this.asked.push(`${type} ${name}`);
    const records = (this.zone[name] ?? []).filter((record) => record.type === type);
    const complete = records.map((record) => fill(name, record)) as unknown as RecordOfType[Type][];
    const reason = this.failure;
    const answer = () => found(reason ? failure(reason) : success(complete));
    if (this.held) this.held.push(answer);
    else answer();
  }
}

const defaults = {
  A: {},
  AAAA: {},
  CNAME: {},
  SRV: {priority: 0, weight: 0},
  NAPTR: {order: 10, preference: 10, flags: 's', regexp: ''},
};

function fill(name: string, record: ZoneRecord) {
  return {name, ttl: 300, ...defaults[record.type], ...record};
}
