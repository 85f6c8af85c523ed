import {addressValue, type SocketAddress} from '../../firmware/stun/attributes/address.ts';
import {hasIntegrity, hasIntegritySha256} from '../../firmware/stun/attributes/integrity.ts';
import {bestAlgorithm, readPasswordAlgorithms} from '../../firmware/stun/attributes/password-algorithms.ts';
import {readText, textValue} from '../../firmware/stun/attributes/text.ts';
import {longTermKey} from '../../firmware/stun/credentials.ts';
import {IntegrityKey} from '../../firmware/stun/integrity-key.ts';
import {readMessage, type StunMessage} from '../../firmware/stun/message.ts';
import {attributeType, messageClass} from '../../firmware/stun/types.ts';
import {type Attribute, type MessageParts, writeMessage} from '../../firmware/stun/write.ts';

/** The request in a datagram. */
export function request(bytes: Uint8Array): StunMessage {
  const read = readMessage(bytes);
  if (!read.ok || read.value.class !== messageClass.request) throw new Error('no STUN request');
  return read.value;
}

/** A response to the request in a datagram. */
export function response(
  asked: Uint8Array,
  attributes: readonly Attribute[],
  more: Partial<MessageParts> = {},
): Uint8Array {
  const transactionId = asked.slice(8, 20);
  return writeMessage({class: messageClass.success, method: 1, transactionId, attributes, ...more});
}

/** A success that says where the request came from. */
export function mappedTo(asked: Uint8Array, mapped: SocketAddress, more: Attribute[] = []): Uint8Array {
  const value = addressValue(mapped, Uint8Array.from(asked.subarray(8, 20)));
  return response(asked, [[attributeType.xorMappedAddress, value], ...more]);
}

/** An error. */
export function refusal(asked: Uint8Array, code: number, more: Attribute[] = []): Uint8Array {
  const value = Uint8Array.of(0, 0, Math.floor(code / 100), code % 100, ...Buffer.from('No'));
  return response(asked, [[attributeType.errorCode, value], ...more], {class: messageClass.error});
}

/** A server that wants long-term credentials (RFC 8489 section 9.2.4). */
export class LongTermServer {
  readonly realm = 'home.test';
  nonce = 'nonce-1';
  /** The value of PASSWORD-ALGORITHMS, where it sends them. */
  algorithms: Uint8Array | undefined;
  /** The codes it answered with; 200 for success. */
  readonly answered: number[] = [];
  readonly #user: string;
  readonly #password: string;

  constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
  }

  answer(asked: Uint8Array, from: SocketAddress): Uint8Array {
    const message = request(asked);
    const challenge: Attribute[] = [
      [attributeType.realm, textValue(attributeType.realm, this.realm)],
      [attributeType.nonce, textValue(attributeType.nonce, this.nonce)],
    ];
    if (this.algorithms) challenge.push([attributeType.passwordAlgorithms, this.algorithms]);
    const refuse = (code: number) => {
      this.answered.push(code);
      return refusal(asked, code, challenge);
    };
    const algorithm = this.algorithms ? bestAlgorithm(this.algorithms)! : 'MD5';
    const key = new IntegrityKey(longTermKey(algorithm, this.#user, this.realm, this.#password));
    const valid = this.algorithms
      ? hasIntegritySha256(message, key) && readPasswordAlgorithms(message)?.join() === this.algorithms.join()
      : hasIntegrity(message, key);
    if (!valid || readText(message, attributeType.username) !== this.#user) return refuse(401);
    if (readText(message, attributeType.nonce) !== this.nonce) return refuse(438);
    this.answered.push(200);
    const value = addressValue(from, Uint8Array.from(asked.subarray(8, 20)));
    const integrity = this.algorithms ? {sha256: key} : {sha1: key};
    return response(asked, [[attributeType.xorMappedAddress, value]], integrity);
  }
}
