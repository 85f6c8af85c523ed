import type {Result} from '../../base/result.ts';
import {Headers} from './headers.ts';
import {type NameAddress, parseNameAddress} from './name-address.ts';
import type {SyntaxFailure} from './syntax-failure.ts';
import {parseUri, type Uri} from './uri.ts';
import {parseVia, type Via} from './via.ts';

/** A message as RFC 3261 section 7 knows it. */
export type SipMessage = SipRequest | SipResponse;

/** The value of CSeq. */
export interface CSeq {
  number: number;
  method: string;
}

/** What a parser has already read of the headers, for the typed getters. */
export interface ParsedHeaders {
  readonly via: Via | undefined;
  readonly from: NameAddress | undefined;
  readonly to: NameAddress | undefined;
  readonly callId: string;
  readonly cseq: CSeq | undefined;
  readonly contact: NameAddress | undefined;
  readonly uri: Uri | undefined;
}

const noBytes = new Uint8Array(0);

/**
 * What requests and responses share. The typed getters read the headers on first use and again after a change of
 * them. On a parsed message they cannot fail, for the parser has checked what they read; on a message of our
 * own making they throw where the header is missing or malformed, a mistake of the program.
 */
abstract class Message {
  readonly headers: Headers;
  /** The body; for a parsed message a view on the datagram. */
  body: Uint8Array;
  #revision: number;
  #via: Via | undefined;
  #from: NameAddress | undefined;
  #to: NameAddress | undefined;
  #cseq: CSeq | undefined;
  /** Null: looked for, and there is none. */
  #contact: NameAddress | null | undefined;
  #callId: string | undefined;

  constructor(headers: Headers, body: Uint8Array = noBytes, parsed?: ParsedHeaders) {
    this.headers = headers;
    this.body = body;
    this.#revision = headers.revision;
    if (parsed) {
      this.#via = parsed.via;
      this.#from = parsed.from;
      this.#to = parsed.to;
      this.#cseq = parsed.cseq;
      this.#contact = parsed.contact ?? null;
      this.#callId = parsed.callId;
    }
  }

  /** The topmost Via. */
  get via(): Via {
    this.#refresh();
    this.#via ??= read(this.headers.list('Via')[0], 'Via', parseVia);
    return this.#via;
  }

  get from(): NameAddress {
    this.#refresh();
    this.#from ??= read(this.headers.get('From'), 'From', parseNameAddress);
    return this.#from;
  }

  get to(): NameAddress {
    this.#refresh();
    this.#to ??= read(this.headers.get('To'), 'To', parseNameAddress);
    return this.#to;
  }

  get callId(): string {
    this.#refresh();
    this.#callId ??= this.headers.get('Call-ID') ?? missing('Call-ID');
    return this.#callId;
  }

  get cseq(): CSeq {
    this.#refresh();
    this.#cseq ??= readCSeq(this.headers.get('CSeq') ?? missing('CSeq'));
    return this.#cseq;
  }

  /** The first Contact that can be read; undefined where there is none, as for `*`. */
  get contact(): NameAddress | undefined {
    this.#refresh();
    if (this.#contact === undefined) {
      this.#contact = null;
      for (const value of this.headers.list('Contact')) {
        const contact = parseNameAddress(value);
        if (!contact.ok) continue;
        this.#contact = contact.value;
        break;
      }
    }
    return this.#contact ?? undefined;
  }

  /** Whether To can be read and has no tag; unlike the getters this never throws. */
  lacksToTag(): boolean {
    this.#refresh();
    if (this.#to) return this.#to.tag === undefined;
    const to = parseNameAddress(this.headers.get('To') ?? '');
    return to.ok && to.value.tag === undefined;
  }

  /** Puts `value` in place of the topmost Via, as the first line; what has been read of other headers stays. */
  replaceVia(value: string): void {
    this.#refresh();
    this.headers.removeFirst('Via');
    this.headers.prepend('Via', value);
    this.#revision = this.headers.revision;
    this.#via = undefined;
  }

  /** Forgets what was read from headers that have changed since. */
  #refresh(): void {
    if (this.#revision === this.headers.revision) return;
    this.#revision = this.headers.revision;
    this.#via = undefined;
    this.#from = undefined;
    this.#to = undefined;
    this.#cseq = undefined;
    this.#contact = undefined;
    this.#callId = undefined;
  }
}

/** A request: a method applied to a Request-URI. */
export class SipRequest extends Message {
  readonly kind = 'request';
  method: string;
  #requestUri: string;
  #uri: Uri | undefined;

  /** A request of our own, or with `parsed` one that a parser read. */
  constructor(
    method: string,
    requestUri: string,
    headers = new Headers(),
    body?: Uint8Array,
    parsed?: ParsedHeaders,
  ) {
    super(headers, body, parsed);
    this.method = method;
    this.#requestUri = requestUri;
    this.#uri = parsed?.uri;
  }

  /** The Request-URI as text. */
  get requestUri(): string {
    return this.#requestUri;
  }

  set requestUri(text: string) {
    this.#requestUri = text;
    this.#uri = undefined;
  }

  /** The Request-URI taken apart. */
  get uri(): Uri {
    this.#uri ??= read(this.#requestUri, 'Request-URI', parseUri);
    return this.#uri;
  }
}

/** A response: a status code with its reason phrase. */
export class SipResponse extends Message {
  readonly kind = 'response';
  status: number;
  reason: string;

  /** A response of our own, or with `parsed` one that a parser read. */
  constructor(
    status: number,
    reason: string,
    headers = new Headers(),
    body?: Uint8Array,
    parsed?: ParsedHeaders,
  ) {
    super(headers, body, parsed);
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
  const [number = '', method = ''] = value.split(/\s+/, 2);
  return {number: Number(number), method};
}

function missing(name: string): never {
  throw new Error(`message has no ${name}`);
}
