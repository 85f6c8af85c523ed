import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {mappedAddress} from '../../firmware/stun/attributes/address.ts';
import {hasFingerprint} from '../../firmware/stun/attributes/fingerprint.ts';
import {hasIntegrity, hasIntegritySha256} from '../../firmware/stun/attributes/integrity.ts';
import {readText} from '../../firmware/stun/attributes/text.ts';
import {longTermKey} from '../../firmware/stun/credentials.ts';
import {IntegrityKey} from '../../firmware/stun/integrity-key.ts';
import {readMessage, type StunMessage} from '../../firmware/stun/message.ts';
import {attributeType, bindingMethod, messageClass} from '../../firmware/stun/types.ts';

/** The messages of RFC 5769, byte by byte. */
function vector(name: string): StunMessage {
  const read = readMessage(readFileSync(new URL(`../vectors/rfc5769/${name}.bin`, import.meta.url)));
  if (!read.ok) throw new Error(read.error.place);
  return read.value;
}

const shortTerm = new IntegrityKey(Buffer.from('VOkJxbRl1RmTxUk/WvJxBt'));

test('section 2.1: a request', () => {
  const message = vector('1-request');
  expect(message.class).toBe(messageClass.request);
  expect(message.method).toBe(bindingMethod);
  expect(message.transactionId).toBe('b7e7a701bc34d686fa87dfae');
  expect(readText(message, attributeType.software)).toBe('STUN test client');
  expect(readText(message, attributeType.username)).toBe('evtj:h6vY');
  expect(hasIntegrity(message, shortTerm)).toBe(true);
  expect(hasIntegritySha256(message, shortTerm)).toBe(false);
  expect(hasFingerprint(message)).toBe(true);
  // PRIORITY (0x0024) belongs to ICE.
  expect(message.notUnderstood).toEqual([0x0024]);
});

test.each([
  ['2-response-ipv4', {address: '192.0.2.1', port: 32853}],
  ['3-response-ipv6', {address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853}],
])('sections 2.2 and 2.3: %s', (name, mapped) => {
  const message = vector(name);
  expect(message.class).toBe(messageClass.success);
  expect(readText(message, attributeType.software)).toBe('test vector');
  expect(mappedAddress(message)).toEqual(mapped);
  expect(message.notUnderstood).toEqual([]);
  expect(hasIntegrity(message, shortTerm)).toBe(true);
  expect(hasFingerprint(message)).toBe(true);
});

test('section 2.4: a request with long-term credentials', () => {
  const message = vector('4-request-longterm');
  const user = '\u30de\u30c8\u30ea\u30c3\u30af\u30b9';
  expect(readText(message, attributeType.username)).toBe(user);
  expect(readText(message, attributeType.realm)).toBe('example.org');
  expect(readText(message, attributeType.nonce)).toBe('f//499k954d6OL34oL9FSTvy64sA');
  const key = new IntegrityKey(longTermKey('MD5', user, 'example.org', 'TheMatrIX'));
  expect(hasIntegrity(message, key)).toBe(true);
  expect(hasFingerprint(message)).toBe(false);
});

test.each(['1-request', '2-response-ipv4', '3-response-ipv6'])(
  '%s: any bit that changes is noticed',
  (name) => {
    const {bytes} = vector(name);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const read = readMessage(changed);
      expect(read.ok && hasIntegrity(read.value, shortTerm) && hasFingerprint(read.value)).toBe(false);
    }
  },
);
