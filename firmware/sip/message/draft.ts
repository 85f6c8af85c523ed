import type {CSeq} from './message.ts';
import type {NameAddressSpan} from './name-address.ts';
import type {Reader} from './reader.ts';
import type {UriSpan} from './uri.ts';
import type {ViaSpan} from './via.ts';

/** What is wrong with a message, before it is known whether it can be answered. */
export interface Problem {
  readonly code: string;
  readonly place: string;
  readonly text: string;
  readonly status: number;
}

/** A message while it is read; once all is found, the `ParsedParts` of the message. */
export class Draft {
  readonly reader: Reader;
  /** Header lines, as `Headers` takes them. */
  readonly marks: number[] = [];
  problem: Problem | undefined;
  response = false;
  method = '';
  methodStart = 0;
  methodEnd = 0;
  uri: UriSpan | undefined;
  status = 0;
  reasonStart = 0;
  reasonEnd = 0;
  via: ViaSpan | undefined;
  vias = 0;
  from: NameAddressSpan | undefined;
  to: NameAddressSpan | undefined;
  contact: NameAddressSpan | undefined;
  cseq: CSeq | undefined;
  callId = false;
  maxForwards = false;
  /** -1: not told. */
  contentLength = -1;
  bodyStart = 0;
  bodyEnd = 0;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** Notes what is wrong; returns -1, for the scanner that found it to return in turn. */
  refuse(code: string, place: string, text: string, status = 400): -1 {
    this.problem ??= {code, place, text, status};
    return -1;
  }
}
