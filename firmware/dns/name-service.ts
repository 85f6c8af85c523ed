import type {Result} from '../base/result.ts';
import type {LookupFailure} from './client.ts';
import type {AddressRecord, NaptrRecord, RecordType, SrvRecord} from './record.ts';

/** What a question of each type is answered with. */
export interface RecordOfType {
  A: AddressRecord;
  AAAA: AddressRecord;
  SRV: SrvRecord;
  NAPTR: NaptrRecord;
}

/** The records of a name: none where there is no such name, or none of that type. */
export type Answer<Type extends RecordType> = Result<readonly RecordOfType[Type][], LookupFailure>;

/** Looks names up. Handed in to whoever has a name. */
export interface NameService {
  /** Calls `found` once: at once where the answer is known, else within 5 s. */
  lookup<Type extends RecordType>(name: string, type: Type, found: (answer: Answer<Type>) => void): void;
}
