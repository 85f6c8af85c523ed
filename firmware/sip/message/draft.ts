import type {CSeq} from './message.ts';
import type {NameAddress} from './name-address.ts';
import type {Reader} from './reader.ts';
import type {Uri} from './uri.ts';
import type {Via} from './via.ts';

/** What is wrong with a message, before it is known whether it can be answered. */
export interface Problem {
  readonly code: string;
  readonly place: string;
  readonly text: string;
  readonly status: number;
}

/** A message while it is read. */
export class Draft {
  readonly reader: Reader;
  /** Header lines, as `Headers` takes them. */
  readonly marks: number[] = [];
  problem: Problem | undefined;
  response = false;
  method = '';
  requestUri = '';
  uri: Uri | undefined;
  status = 0;
  reason = '';
  via: Via | undefined;
  vias = 0;
  from: NameAddress | undefined;
  to: NameAddress | undefined;
  contact: NameAddress | undefined;
  cseq: CSeq | undefined;
  callId = '';
  maxForwards = false;
  /** -1: not told. */
  contentLength = -1;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** Notes what is wrong; returns -1, for the scanner that found it to return in turn. */
  refuse(code: string, place: string, text: string, status = 400): -1 {
    this.problem ??= {code, place, text, status};
    return -1;
  }
}
