import type {Result} from '../../base/result.ts';
import {Headers} from './headers.ts';
import {type NameAddress, type NameAddressSpan, parseNameAddress} from './name-address.ts';
import type {Reader} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {parseUri, type Uri, type UriSpan} from './uri.ts';
import {parseVia, type Via, type ViaSpan} from './via.ts';

/** A message as RFC 3261 section 7 knows it. */
export type SipMessage = SipRequest | SipResponse;

/** The value of CSeq. */
export interface CSeq {
  number: number;
  method: string;
}

/** Where a parser found what the typed getters decode when they are first asked. */
export interface ParsedParts {
  readonly reader: Reader;
  readonly via: ViaSpan;
  readonly from: NameAddressSpan;
  readonly to: NameAddressSpan;
  readonly contact: NameAddressSpan | undefined;
  readonly cseq: CSeq;
  readonly uri: UriSpan | undefined;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

const noBytes = new Uint8Array(0);

/**
 * What requests and responses share. The typed getters decode on first use and again after a change of
 * the headers. On a parsed message they cannot fail, for the parser has checked what they read; on a
 * message of our own making they throw where the header is missing or malformed, a mistake of the program.
 */
abstract class Message {
  readonly headers: Headers;
  #parts: ParsedParts | undefined;
  #revision: number;
  #body: Uint8Array | undefined;
  #via: Via | undefined;
  #from: NameAddress | undefined;
  #to: NameAddress | undefined;
  #cseq: CSeq | undefined;
  #contact: NameAddress | undefined;
  #callId: string | undefined;

  constructor(headers: Headers, body: Uint8Array | undefined, parts: ParsedParts | undefined) {
    this.headers = headers;
    this.#revision = headers.revision;
    this.#body = body;
    this.#parts = parts;
  }

  /** The body; for a parsed message a view on the datagram. */
  get body(): Uint8Array {
    if (this.#body === undefined) {
      const parts = this.#parts;
      this.#body =
        parts && parts.bodyEnd > parts.bodyStart
          ? parts.reader.bytes.subarray(parts.bodyStart, parts.bodyEnd)
          : noBytes;
    }
    return this.#body;
  }

  set body(body: Uint8Array) {
    this.#body = body;
  }

  /** The topmost Via. */
  get via(): Via {
    const parts = this.#fresh();
    this.#via ??= parts ? parts.via.decode(parts.reader) : read(this.headers.list('Via')[0], 'Via', parseVia);
    return this.#via;
  }

  get from(): NameAddress {
    const parts = this.#fresh();
    this.#from ??= parts
      ? parts.from.decode(parts.reader)
      : read(this.headers.get('From'), 'From', parseNameAddress);
    return this.#from;
  }

  get to(): NameAddress {
    const parts = this.#fresh();
    this.#to ??= parts ? parts.to.decode(parts.reader) : read(this.headers.get('To'), 'To', parseNameAddress);
    return this.#to;
  }

  get callId(): string {
    this.#fresh();
    this.#callId ??= this.headers.get('Call-ID') ?? missing('Call-ID');
    return this.#callId;
  }

  get cseq(): CSeq {
    const parts = this.#fresh();
    this.#cseq ??= parts ? parts.cseq : readCSeq(this.headers.get('CSeq') ?? missing('CSeq'));
    return this.#cseq;
  }

  /** The first Contact; undefined where there is none, where it is `*`, and in a response where it is malformed. */
  get contact(): NameAddress | undefined {
    const parts = this.#fresh();
    if (this.#contact === undefined) {
      if (parts) this.#contact = parts.contact?.decode(parts.reader);
      else {
        const value = this.headers.list('Contact')[0];
        if (value !== undefined && value !== '*') this.#contact = read(value, 'Contact', parseNameAddress);
      }
    }
    return this.#contact;
  }

  /** Whether To can be read and has no tag; unlike the getters this never throws. */
  lacksToTag(): boolean {
    const parts = this.#fresh();
    if (parts) return parts.to.tagStart < 0;
    const to = parseNameAddress(this.headers.get('To') ?? '');
    return to.ok && to.value.tag === undefined;
  }

  /** What the parser found, as long as the headers are as it found them. */
  #fresh(): ParsedParts | undefined {
    if (this.#revision !== this.headers.revision) {
      this.#body = this.body;
      this.#parts = undefined;
      this.#via = undefined;
      this.#from = undefined;
      this.#to = undefined;
      this.#cseq = undefined;
      this.#contact = undefined;
      this.#callId = undefined;
      this.#revision = this.headers.revision;
    }
    return this.#parts;
  }
}

/** A request: a method applied to a Request-URI. */
export class SipRequest extends Message {
  readonly kind = 'request';
  method: string;
  #requestUri: string | undefined;
  #uri: Uri | undefined;
  #origin: ParsedParts | undefined;

  /** A request of our own, or with `parts` one that a parser found. */
  constructor(
    method: string,
    requestUri: string | undefined,
    headers = new Headers(),
    body?: Uint8Array,
    parts?: ParsedParts,
  ) {
    super(headers, body, parts);
    this.method = method;
    this.#requestUri = requestUri;
    this.#origin = parts;
  }

  /** The Request-URI as text. */
  get requestUri(): string {
    const origin = this.#origin;
    this.#requestUri ??= origin?.uri ? origin.reader.text(origin.uri.start, origin.uri.end) : '';
    return this.#requestUri;
  }

  set requestUri(text: string) {
    this.#requestUri = text;
    this.#uri = undefined;
    this.#origin = undefined;
  }

  /** The Request-URI taken apart. */
  get uri(): Uri {
    this.#uri ??= this.#origin?.uri
      ? this.#origin.uri.decode(this.#origin.reader)
      : read(this.#requestUri, 'Request-URI', parseUri);
    return this.#uri;
  }
}

/** A response: a status code with its reason phrase. */
export class SipResponse extends Message {
  readonly kind = 'response';
  status: number;
  reason: string;

  /** A response of our own, or with `parts` one that a parser found. */
  constructor(
    status: number,
    reason: string,
    headers = new Headers(),
    body?: Uint8Array,
    parts?: ParsedParts,
  ) {
    super(headers, body, parts);
    this.status = status;
    this.reason = reason;
  }
}

function read<Value>(
  text: string | undefined,
  name: string,
  parse: (text: string) => Result<Value, SyntaxFailure>,
): Value {
  const result = parse(text ?? missing(name));
  if (!result.ok) throw new Error(`${name}: ${result.error.text}`);
  return result.value;
}

function readCSeq(value: string): CSeq {
  const [number = '', method = ''] = value.split(' ', 2);
  return {number: Number(number), method};
}

function missing(name: string): never {
  throw new Error(`message has no ${name}`);
}
