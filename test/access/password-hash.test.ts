import {scryptSync} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {hashPassword, isPassword, parsePasswordHash} from '../../firmware/access/password-hash.ts';

test('a password is known again, another is not, and no two hashes are the same', async () => {
  const kept = await hashPassword('pässword 1');
  expect(await isPassword('pässword 1', kept)).toBe(true);
  expect(await isPassword('pässword 1'.normalize('NFD'), kept)).toBe(true);
  expect(await isPassword('pässword 2', kept)).toBe(false);
  expect(await isPassword('', kept)).toBe(false);
  expect(await hashPassword('pässword 1')).not.toBe(kept);
  expect(kept).not.toContain('password');
});

test('the test vector of RFC 7914 section 12 that is large enough', async () => {
  const hash = scryptSync('pleaseletmein', 'SodiumChloride', 64, {N: 16384, r: 8, p: 1});
  expect(hash.toString('hex', 0, 16)).toBe('7023bdcb3afd7348461c06cd81fd38eb');
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const kept = `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(hash)}`;
  expect(await isPassword('pleaseletmein', kept)).toBe(true);
});

test('what is no hash, or would take too much, is no password', async () => {
  const good = '$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  expect(parsePasswordHash(`$scrypt$ln=15,r=8,p=3${good}`)).toBeDefined();
  for (const effort of [
    'ln=13,r=8,p=3',
    'ln=17,r=8,p=3',
    'ln=15,r=9,p=3',
    'ln=15,r=8,p=0',
    'ln=15,r=8,p=6',
  ]) {
    expect(parsePasswordHash(`$scrypt$${effort}${good}`)).toBeUndefined();
  }
  expect(await isPassword('x', '')).toBe(false);
  fc.assert(fc.property(fc.string(), (text) => parsePasswordHash(text) === undefined));
});
