import {createCipheriv} from 'node:crypto';
import {expect, test} from 'vitest';
import {deriveKeys} from '../../../firmware/rtp/srtp/key-derivation.ts';
import {PacketCipher} from '../../../firmware/rtp/srtp/packet-cipher.ts';

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

test('AES in counter mode: RFC 3711 appendix B.2', () => {
  const cipher = new PacketCipher({
    encryption: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
    salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
    authentication: new Uint8Array(20),
  });
  const stream = new Uint8Array(48);
  cipher.apply(stream, 0, stream.length, 0, 0, 0);
  expect(shown(stream)).toBe(
    'E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0',
  );
});

test('the counter goes on beyond 255 blocks', () => {
  const encryption = hex('2B7E151628AED2A6ABF7158809CF4F3C');
  const salt = hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD');
  const long = new Uint8Array(2000);
  new PacketCipher({encryption, salt, authentication: salt}).apply(long, 0, long.length, 0, 0, 0);
  const counter = createCipheriv('aes-128-ctr', encryption, Buffer.concat([salt, new Uint8Array(2)]));
  expect(shown(long)).toBe(shown(counter.update(new Uint8Array(2000))));
});

test('key derivation: RFC 3711 appendix B.3', () => {
  const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
  const {encryption, authentication, salt} = deriveKeys(master, 'rtp');
  expect(shown(encryption)).toBe('C61E7A93744F39EE10734AFE3FF7A087');
  expect(shown(salt)).toBe('30CBBC08863D8C85D49DB34A9AE1');
  expect(shown(authentication)).toBe('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4');
});

test('key derivation with AES-256: RFC 6188 section 7.4', () => {
  const master = hex(
    'f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2',
  );
  const {encryption, authentication, salt} = deriveKeys(master, 'rtp');
  expect(shown(encryption)).toBe('5BA1064E30EC51613CAD926C5A28EF731EC7FB397F70A960653CAF06554CD8C4');
  expect(shown(salt)).toBe('FA31791685CA444A9E07C6C64E93');
  expect(shown(authentication)).toBe('FD9C32D39ED5FBB5A9DC96B30818454D1313DC05');
});
