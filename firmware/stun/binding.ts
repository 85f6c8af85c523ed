import type {Clock} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import {failure, type Result, success} from '../base/result.ts';
import {formatAddress, mappedAddress, readAddress, type SocketAddress} from './attributes/address.ts';
import {type Change, changeRequestValue} from './attributes/change-request.ts';
import {readErrorCode, readUnknownAttributes} from './attributes/error-code.ts';
import {hasFingerprint} from './attributes/fingerprint.ts';
import {hasIntegrity, hasIntegritySha256} from './attributes/integrity.ts';
import {textValue} from './attributes/text.ts';
import {type Credentials, longTermProof, type Proof, shortTermProof} from './credentials.ts';
import type {StunMessage} from './message.ts';
import {Retransmission, type RetransmissionValues, usualRetransmission} from './retransmission.ts';
import {attributeType, bindingMethod, messageClass} from './types.ts';
import {type Attribute, writeMessage} from './write.ts';

/** What a Binding response says. */
export interface Binding {
  /** Our address as the server saw it. */
  readonly mapped: SocketAddress;
  /** Where the response came from. */
  readonly from: SocketAddress;
  /** The server's second address and port (RFC 5780 section 7.4); undefined where it has none. */
  readonly other: SocketAddress | undefined;
}

/** Why there is no binding, in plain words. */
export interface BindingFailure {
  readonly code: 'timeout' | 'refused' | 'credentials' | 'unknown-attributes' | 'bad-response' | 'redirected';
  readonly text: string;
}

/** What is asked of whom. */
export interface BindingQuestion {
  readonly server: SocketAddress;
  /** From where the server is to answer; RFC 5780. */
  readonly change?: Change;
  readonly credentials?: Credentials | undefined;
  readonly retransmission?: RetransmissionValues;
}

/** What a binding request works with. */
export interface BindingParts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Puts a datagram on the wire. */
  send(bytes: Uint8Array, to: SocketAddress): void;
  /** A transaction begins; `before` is the id of the one that it follows, '' where there was none. */
  onTransaction(id: string, before: string): void;
  /** The end. */
  done(result: Result<Binding, BindingFailure>): void;
}

/** How often one question may be challenged: for credentials, and for a stale nonce. */
const mostChallenges = 3;
/** How many other servers one question may be sent on to. */
const mostAlternates = 2;
const software = textValue(attributeType.software, 'Doorline');

/**
 * One question to a STUN server, from the first request to the answer (RFC 8489 sections 6 and 9).
 *
 *     asking --success--> done
 *        |----401, 438---> asking, with credentials
 *        |----300--------> asking, another server
 *        +--error, time--> done
 */
export class BindingRequest {
  readonly #parts: BindingParts;
  readonly #question: BindingQuestion;
  readonly #asked: SocketAddress[];
  #proof: Proof | undefined;
  #challenges = 0;
  #transactionId = '';
  #retransmission: Retransmission | undefined;
  /** Something came that could not be believed: said when nothing better comes. */
  #disbelieved = false;

  constructor(question: BindingQuestion, parts: BindingParts) {
    this.#question = question;
    this.#parts = parts;
    this.#asked = [question.server];
    const {credentials} = question;
    if (credentials?.kind === 'short-term') this.#proof = shortTermProof(credentials);
  }

  /** Sends the first request. */
  start(): void {
    this.#ask();
  }

  /** The id of the transaction under way. */
  get transactionId(): string {
    return this.#transactionId;
  }

  get #server(): SocketAddress {
    return this.#asked.at(-1)!;
  }

  /** Ends without a word. */
  cancel(): void {
    this.#retransmission?.stop();
  }

  /** Takes the response to the transaction under way. */
  receive(message: StunMessage, from: SocketAddress): void {
    if (message.method !== bindingMethod) return;
    if (message.fingerprintAt >= 0 && !hasFingerprint(message)) return;
    if (message.class === messageClass.success) this.#succeeded(message, from);
    else if (message.class === messageClass.error) this.#refused(message);
  }

  #ask(): void {
    const {clock, random} = this.#parts;
    const {change, retransmission = usualRetransmission} = this.#question;
    const id = random(12);
    const server = this.#server;
    const attributes: Attribute[] = [[attributeType.software, software]];
    if (change) attributes.push([attributeType.changeRequest, changeRequestValue(change)]);
    if (this.#proof) attributes.push(...this.#proof.attributes);
    const bytes = writeMessage({
      class: messageClass.request,
      method: bindingMethod,
      transactionId: id,
      attributes,
      sha1: this.#proof?.sha1,
      sha256: this.#proof?.sha256,
    });
    this.#retransmission?.stop();
    const before = this.#transactionId;
    this.#transactionId = Buffer.from(id).toString('hex');
    this.#parts.onTransaction(this.#transactionId, before);
    const repeat = () => this.#parts.send(bytes, server);
    this.#retransmission = new Retransmission(clock, retransmission, repeat, () => this.#timedOut());
  }

  #succeeded(message: StunMessage, from: SocketAddress): void {
    if (!this.#believes(message)) {
      this.#disbelieved = true;
      return;
    }
    const unknown = message.notUnderstood;
    const mapped = reachable(mappedAddress(message));
    const other = reachable(readAddress(message, attributeType.otherAddress));
    if (unknown.length > 0) {
      this.#fail(
        'unknown-attributes',
        `answered with something that must be understood and is not (${hex(unknown)})`,
      );
    } else if (!mapped) this.#fail('bad-response', 'answered without an address');
    else this.#end(success({mapped, from, other}));
  }

  /** Sections 9.1.4 and 9.2.5: an answer to a request with integrity must have it too. */
  #believes(message: StunMessage): boolean {
    if (!this.#proof) return true;
    const {sha1, sha256} = this.#proof;
    if (message.integritySha256At >= 0 && sha256) return hasIntegritySha256(message, sha256);
    return sha1 !== undefined && hasIntegrity(message, sha1);
  }

  #refused(message: StunMessage): void {
    const error = readErrorCode(message);
    const {credentials} = this.#question;
    if (!error) this.#fail('bad-response', 'answered with an error that cannot be read');
    else if ((error.code === 401 || error.code === 438) && credentials?.kind === 'long-term') {
      this.#challenged(credentials, message, error.code);
    } else if (error.code === 401) {
      this.#fail(
        'credentials',
        credentials ? 'refused user name or password' : 'asks for a user name and a password',
      );
    } else if (error.code === 300) this.#redirected(message);
    else if (error.code === 420) {
      const unknown = hex(readUnknownAttributes(message));
      this.#fail('refused', `does not understand what it was asked (420, ${unknown})`);
    } else this.#fail('refused', `refused: ${error.code} ${printable(error.reason)}`);
  }

  #challenged(credentials: Credentials, message: StunMessage, code: 401 | 438): void {
    const repeated = code === 401 && this.#proof !== undefined;
    const proof = longTermProof(credentials, message);
    if (repeated || !proof || ++this.#challenges > mostChallenges) {
      this.#fail(
        'credentials',
        proof ? 'refused user name or password' : 'asks for a login that is not supported',
      );
      return;
    }
    this.#proof = proof;
    this.#ask();
  }

  /** Section 10: goes on at the server named, which must be one that was not asked yet. */
  #redirected(message: StunMessage): void {
    const alternate = reachable(readAddress(message, attributeType.alternateServer));
    const known = this.#asked.some(
      ({address, port}) => address === alternate?.address && port === alternate.port,
    );
    if (!alternate || known || this.#asked.length > mostAlternates) {
      this.#fail('redirected', 'sends its clients from one server to the next');
      return;
    }
    this.#asked.push(alternate);
    // Another server knows nothing of the nonce of the one before.
    if (this.#question.credentials?.kind === 'long-term') this.#proof = undefined;
    this.#ask();
  }

  #timedOut(): void {
    if (this.#disbelieved)
      this.#fail('credentials', 'answered with a wrong integrity: is the password right?');
    else this.#fail('timeout', 'does not answer');
  }

  #fail(code: BindingFailure['code'], what: string): void {
    this.#end(failure({code, text: `the STUN server ${formatAddress(this.#server)} ${what}`}));
  }

  #end(result: Result<Binding, BindingFailure>): void {
    this.#retransmission?.stop();
    this.#parts.done(result);
  }
}

/** Nobody is at port 0 or the unspecified address, which would go on into Contact and SDP. */
function reachable(found: SocketAddress | undefined): SocketAddress | undefined {
  const nowhere = found?.port === 0 || found?.address === '0.0.0.0' || found?.address === '::';
  return nowhere ? undefined : found;
}

function hex(types: readonly number[]): string {
  return types.map((type) => `0x${type.toString(16).padStart(4, '0')}`).join(', ');
}

/** Words of the server's, short and without control characters. */
function printable(text: string): string {
  return text.replace(/[\p{C}]/gu, '').slice(0, 100);
}
