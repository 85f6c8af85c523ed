import {createHmac} from 'node:crypto';
import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {addressValue, mappedAddress, readAddress} from '../../firmware/stun/attributes/address.ts';
import {readErrorCode, readUnknownAttributes} from '../../firmware/stun/attributes/error-code.ts';
import {hasFingerprint} from '../../firmware/stun/attributes/fingerprint.ts';
import {hasIntegrity, hasIntegritySha256} from '../../firmware/stun/attributes/integrity.ts';
import {bestAlgorithm, readPasswordAlgorithms} from '../../firmware/stun/attributes/password-algorithms.ts';
import {readText, textValue} from '../../firmware/stun/attributes/text.ts';
import {IntegrityKey} from '../../firmware/stun/integrity-key.ts';
import {isStun, readMessage, type StunMessage} from '../../firmware/stun/message.ts';
import {attributeType, messageClass} from '../../firmware/stun/types.ts';
import {type Attribute, type MessageParts, writeMessage} from '../../firmware/stun/write.ts';

const transactionId = Uint8Array.from({length: 12}, (_, index) => index + 1);

function written(attributes: readonly Attribute[], more: Partial<MessageParts> = {}): Uint8Array {
  return writeMessage({class: messageClass.success, method: 1, transactionId, attributes, ...more});
}

function read(bytes: Uint8Array): StunMessage {
  const result = readMessage(bytes);
  if (!result.ok) throw new Error(result.error.place);
  return result.value;
}

/** A message whose attributes are these bytes, whatever they are. */
function raw(...attributes: number[]): Uint8Array {
  const header = [0x01, 0x01, attributes.length >> 8, attributes.length & 0xff, 0x21, 0x12, 0xa4, 0x42];
  return Uint8Array.of(...header, ...transactionId, ...attributes);
}

const anyKey = fc.uint8Array({minLength: 1, maxLength: 100});
const anyAttributes = fc.array(
  fc.tuple(fc.constantFrom(0x0006, 0x0014, 0x8022, 0x7abc), fc.uint8Array({maxLength: 90})),
  {maxLength: 6},
);

test('HMAC and CRC are those of other implementations, whatever the lengths', () => {
  fc.assert(
    fc.property(anyKey, anyAttributes, (key, attributes) => {
      const integrityKey = new IntegrityKey(key);
      const bytes = Buffer.from(written(attributes, {sha1: integrityKey, sha256: integrityKey}));
      const fingerprint = bytes.length - 8;
      const sha256At = fingerprint - 36;
      const sha1At = sha256At - 24;
      const hmac = (hash: string, end: number, length: number) => {
        const covered = Buffer.from(bytes.subarray(0, end));
        covered.writeUInt16BE(length, 2);
        return createHmac(hash, key).update(covered).digest('hex');
      };
      expect(bytes.toString('hex', sha1At + 4, sha256At)).toBe(hmac('sha1', sha1At, sha256At - 20));
      expect(bytes.toString('hex', sha256At + 4, fingerprint)).toBe(
        hmac('sha256', sha256At, fingerprint - 20),
      );
      expect(bytes.readUInt32BE(fingerprint + 4)).toBe(
        (crc32(bytes.subarray(0, fingerprint)) ^ 0x5354554e) >>> 0,
      );
      const message = read(bytes);
      expect(hasIntegrity(message, integrityKey)).toBe(true);
      expect(hasIntegritySha256(message, integrityKey)).toBe(true);
      expect(hasFingerprint(message)).toBe(true);
    }),
  );
});

test('MESSAGE-INTEGRITY-SHA256 may be cut short', () => {
  const key = new IntegrityKey(Buffer.from('secret'));
  const full = written([], {sha256: key});
  const header = Uint8Array.from(full.subarray(0, 24 + 16));
  header[3] = 20;
  header[23] = 16;
  const hash = createHmac('sha256', 'secret').update(header.subarray(0, 20)).digest();
  header.set(hash.subarray(0, 16), 24);
  expect(hasIntegritySha256(read(header), key)).toBe(true);
  header[39]! ^= 1;
  expect(hasIntegritySha256(read(header), key)).toBe(false);
});

test('what is written is read', () => {
  const message = read(
    written([
      [attributeType.username, textValue(attributeType.username, 'Tür')],
      [attributeType.xorMappedAddress, addressValue({address: '203.0.113.7', port: 40001}, transactionId)],
      [attributeType.otherAddress, addressValue({address: '2001:db8::2', port: 3479})],
    ]),
  );
  expect(message.transactionId).toBe('0102030405060708090a0b0c');
  expect(readText(message, attributeType.username)).toBe('Tür');
  expect(mappedAddress(message)).toEqual({address: '203.0.113.7', port: 40001});
  expect(readAddress(message, attributeType.otherAddress)).toEqual({address: '2001:db8::2', port: 3479});
  expect(readText(message, attributeType.realm)).toBeUndefined();
});

test('every class and method is told apart', () => {
  for (const kind of Object.values(messageClass)) {
    for (const method of [0x001, 0x010, 0x080, 0x3ff, 0xfff]) {
      const message = read(written([], {class: kind, method}));
      expect([message.class, message.method]).toEqual([kind, method]);
    }
  }
});

test('addresses of both families survive, with and without XOR', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(address, fc.integer({min: 0, max: 65_535}), (text, port) => {
      const value = {address: text, port};
      const message = read(
        written([
          [attributeType.xorMappedAddress, addressValue(value, transactionId)],
          [attributeType.mappedAddress, addressValue(value)],
        ]),
      );
      const plain = readAddress(message, attributeType.mappedAddress)!;
      expect(readAddress(message, attributeType.xorMappedAddress)).toEqual(plain);
      expect(plain.port).toBe(port);
      expect(addressValue(plain)).toEqual(addressValue(value));
    }),
  );
});

test.each([
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['10:0:0:10:1:1:1:1', '10::10:1:1:1:1'],
  ['1:0:0:0:0:0:0:0', '1::'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
])('%s is shown as %s', (given, shown) => {
  const message = read(written([[attributeType.mappedAddress, addressValue({address: given, port: 1})]]));
  expect(mappedAddress(message)?.address).toBe(shown);
});

test('errors', () => {
  const message = read(
    written([
      [attributeType.errorCode, Uint8Array.of(0, 0, 4, 20, ...Buffer.from('Unknown Attribute'))],
      [attributeType.unknownAttributes, Uint8Array.of(0x00, 0x24, 0x7a, 0xbc)],
    ]),
  );
  expect(readErrorCode(message)).toEqual({code: 420, reason: 'Unknown Attribute'});
  expect(readUnknownAttributes(message)).toEqual([0x24, 0x7abc]);
  for (const value of [[], [0, 0, 2, 0], [0, 0, 7, 0], [0, 0, 4, 100]])
    expect(readErrorCode(read(written([[attributeType.errorCode, Uint8Array.from(value)]])))).toBeUndefined();
});

test('password algorithms: the best that is known', () => {
  const list = (...value: number[]) =>
    readPasswordAlgorithms(read(written([[attributeType.passwordAlgorithms, Uint8Array.from(value)]])));
  expect(bestAlgorithm(list(0, 1, 0, 0, 0, 2, 0, 0)!)).toBe('SHA-256');
  expect(bestAlgorithm(list(0, 9, 0, 3, 1, 2, 3, 0, 0, 1, 0, 0)!)).toBe('MD5');
  expect(bestAlgorithm(list(0, 9, 0, 0)!)).toBeUndefined();
  expect(list(0, 1, 0)).toBeUndefined();
  expect(list()).toBeUndefined();
});

test('what comes after an integrity does not count, but the other integrity and FINGERPRINT', () => {
  const key = new IntegrityKey(Buffer.from('secret'));
  const bytes = written([], {sha1: key, sha256: key});
  const smuggled = [0x80, 0x22, 0, 4, ...Buffer.from('evil')];
  const longer = Uint8Array.of(...bytes.subarray(0, 44), ...smuggled, ...bytes.subarray(44));
  longer[3]! += 8;
  const message = read(longer);
  expect(readText(message, attributeType.software)).toBeUndefined();
  expect(message.integrityAt).toBe(20);
  expect(message.integritySha256At).toBe(52);
});

test.each([
  ['shorter than a header', Uint8Array.of(0, 1, 0, 0), 'header'],
  ['SIP', new TextEncoder().encode('OPTIONS sip:a@b SIP/2.0\r\n'), 'header'],
  ['another length', raw(0, 6, 0, 0).subarray(0, 20), 'length'],
  ['an odd length', raw(0, 6, 0), 'length'],
  ['an attribute past the end', raw(0, 6, 0, 5, 1, 2, 3, 4), 'attribute/length'],
  ['a short integrity', raw(0, 8, 0, 4, 1, 2, 3, 4), 'message-integrity/length'],
  ['an odd integrity', raw(0, 0x1c, 0, 4, 1, 2, 3, 4), 'message-integrity-sha256/length'],
  ['a short fingerprint', raw(0x80, 0x28, 0, 0), 'fingerprint/length'],
  [
    'a fingerprint that is not last',
    raw(0x80, 0x28, 0, 4, 1, 2, 3, 4, 0x80, 0x22, 0, 0),
    'fingerprint/place',
  ],
  ['too many attributes', raw(...Array<number[]>(65).fill([0x80, 0x22, 0, 0]).flat()), 'attributes'],
  ['too long', raw(...new Uint8Array(3000)), 'length'],
])('%s is refused', (_, bytes, place) => {
  expect(readMessage(bytes)).toMatchObject({ok: false, error: {place}});
});

test('no datagram makes the reader fail otherwise', () => {
  const header = fc.tuple(fc.integer({min: 0, max: 0x3fff}), fc.uint8Array({maxLength: 200}), fc.boolean());
  fc.assert(
    fc.property(header, ([type, attributes, whole]) => {
      const bytes = Buffer.from(raw(...attributes));
      bytes.writeUInt16BE(type, 0);
      if (!whole && bytes.length > 4) bytes.writeUInt16BE(bytes.length, 2);
      examine(bytes);
    }),
    {numRuns: 2000},
  );
});

test('a real message, damaged, makes the reader fail in no other way', () => {
  const key = new IntegrityKey(Buffer.from('secret'));
  const good = written(
    [
      [attributeType.username, textValue(attributeType.username, 'door')],
      [attributeType.xorMappedAddress, addressValue({address: '2001:db8::1', port: 1}, transactionId)],
      [attributeType.errorCode, Uint8Array.of(0, 0, 4, 1, 88)],
      [attributeType.passwordAlgorithms, Uint8Array.of(0, 2, 0, 0)],
    ],
    {sha1: key, sha256: key},
  );
  const damage = fc.array(fc.tuple(fc.nat({max: good.length - 1}), fc.nat({max: 255})), {maxLength: 4});
  fc.assert(
    fc.property(damage, fc.nat({max: good.length}), (changes, end) => {
      const bytes = Uint8Array.from(good);
      for (const [at, octet] of changes) bytes[at] = octet;
      examine(bytes);
      examine(bytes.subarray(0, end));
    }),
    {numRuns: 2000},
  );
});

/** Reads everything that can be read. */
function examine(bytes: Uint8Array): void {
  const result = readMessage(bytes);
  expect(result.ok && !isStun(bytes)).toBe(false);
  if (!result.ok) return;
  const key = new IntegrityKey(Buffer.from('secret'));
  const message = result.value;
  const before = Uint8Array.from(bytes);
  for (const type of Object.values(attributeType)) {
    readText(message, type);
    readAddress(message, type);
  }
  readErrorCode(message);
  readUnknownAttributes(message);
  const algorithms = readPasswordAlgorithms(message);
  if (algorithms) bestAlgorithm(algorithms);
  hasIntegrity(message, key);
  hasIntegritySha256(message, key);
  hasFingerprint(message);
  expect(message.notUnderstood.length).toBeLessThan(65);
  expect(Buffer.compare(bytes, before)).toBe(0);
}
