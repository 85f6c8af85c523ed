import type {Answer, NameService} from './dns/name-service.ts';
import type {RecordType} from './dns/record.ts';
import type {NameService as StunNames} from './stun/server-discovery.ts';

/** The name service as the STUN room asks it. `families`: the kinds of addresses that can be reached, the preferred one first. */
export function stunNames(names: NameService, families: readonly (4 | 6)[]): StunNames {
  const lookup = <Type extends RecordType>(name: string, type: Type) =>
    new Promise<Answer<Type>>((resolve) => names.lookup(name, type, resolve));
  return {
    async services(name) {
      const answer = await lookup(name, 'SRV');
      const records = answer.ok ? answer.value : [];
      return records.map(({target, port, priority, weight}) => ({name: target, port, priority, weight}));
    },
    async address(host) {
      for (const family of families) {
        const answer = await lookup(host, family === 4 ? 'A' : 'AAAA');
        const [first] = answer.ok ? answer.value : [];
        if (first) return first.address;
      }
      throw new Error(`${host} has no address`);
    },
  };
}
