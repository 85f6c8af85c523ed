import {scryptSync} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {Access} from '../../firmware/access/access.ts';
import {accessFile, writeAccess} from '../../firmware/access/access-file.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import {FakeClock} from '../support/fake-clock.ts';

const HOUR = 3_600_000;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'doorline-access-'));
  onTestFinished(() => rmSync(made, {recursive: true, force: true}));
  return made;
}

function open(place = folder(), clock = new FakeClock()) {
  const file = accessFile(place);
  return {access: new Access({file, clock, random: systemRandom}), file, clock, place};
}

/** A password that is set already, hashed with the least effort that is taken: a test may ask often. */
function withPassword() {
  const place = folder();
  const salt = Buffer.alloc(16, 1);
  const hash = scryptSync('open sesame', salt, 32, {N: 2 ** 14, r: 8, p: 1});
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const password = `$scrypt$ln=14,r=8,p=1$${base64(salt)}$${base64(hash)}`;
  writeAccess(accessFile(place), {password, tokens: []});
  return open(place);
}

async function signIn(access: Access): Promise<string> {
  const outcome = await access.signIn('open sesame', '192.0.2.1');
  if (!outcome.ok) throw new Error(outcome.error.text);
  return outcome.value;
}

test('the first password is set once, is kept hashed for its owner only, and outlives a restart', async () => {
  const {access, file, place} = open();
  const first = await access.setFirstPassword('open sesame');
  if (!first.ok) throw new Error(first.error.text);
  const session = first.value;
  expect(access.isSession(session)).toBe(true);
  expect(await access.setFirstPassword('another one')).toMatchObject({ok: false, error: {code: 'bad'}});
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('sesame');

  const {access: later} = open(place);
  expect(later.hasPassword).toBe(true);
  expect(later.isSession(session)).toBe(false);
  expect(await later.signIn('open sesam', '192.0.2.1')).toMatchObject({ok: false, error: {code: 'wrong'}});
  expect(await later.signIn('open sesame', '192.0.2.1')).toMatchObject({ok: true});
});

test('two who set the first password at the same time: one has', async () => {
  const {access} = open();
  const both = await Promise.all([
    access.setFirstPassword('the first one'),
    access.setFirstPassword('the other one'),
  ]);
  expect(both.map(({ok}) => ok)).toEqual([true, false]);
});

test.each(['', 'short', 'x'.repeat(257)])('%j is no password to be set', async (password) => {
  const {access} = open();
  expect(await access.setFirstPassword(password)).toMatchObject({ok: false, error: {code: 'bad'}});
  expect(access.hasPassword).toBe(false);
});

test('a damaged file lets nobody in, and nobody set a new password', async () => {
  for (const content of ['', '{', '[]', '{"tokens": 1}', '{"password": "plain", "tokens": []}', '\u0000']) {
    const place = folder();
    writeFileSync(accessFile(place), content);
    const {access} = open(place);
    expect(access.hasPassword).toBe(true);
    expect(await access.setFirstPassword('another one')).toMatchObject({ok: false});
    expect(await access.signIn('', '192.0.2.1')).toMatchObject({ok: false, error: {code: 'damaged'}});
    expect(access.makeToken('x').ok).toBe(false);
  }
});

test('what cannot be kept is not in force', async () => {
  const {access, file} = open();
  // In the way of the new file.
  mkdirSync(`${file}.new`);
  expect(await access.setFirstPassword('open sesame')).toMatchObject({ok: false, error: {code: 'disk'}});
  expect(access.hasPassword).toBe(false);
});

test('another password ends every session but the new one', async () => {
  const {access} = withPassword();
  const session = await signIn(access);
  const changed = await access.changePassword('open sesame', 'close sesame', '192.0.2.1');
  expect(changed.ok).toBe(true);
  expect(access.isSession(session)).toBe(false);
  expect(changed.ok && access.isSession(changed.value)).toBe(true);
  expect(await access.changePassword('open sesame', 'whatever it is', '192.0.2.1')).toMatchObject({
    ok: false,
  });
});

test('sessions end when they are signed out, unused for a week, or a month old', async () => {
  const {access, clock} = withPassword();
  const session = await signIn(access);
  access.endSession(session);
  expect(access.isSession(session)).toBe(false);

  const unused = await signIn(access);
  clock.advance(7 * 24 * HOUR + 1);
  expect(access.isSession(unused)).toBe(false);

  const used = await signIn(access);
  for (let day = 0; day < 30; day += 1) {
    expect(access.isSession(used)).toBe(true);
    clock.advance(24 * HOUR + 1);
  }
  expect(access.isSession(used)).toBe(false);
});

test('of many sessions, those used last are kept', async () => {
  const {access, clock} = withPassword();
  const session = await signIn(access);
  const ids: string[] = [];
  for (let count = 0; count < 33; count += 1) {
    const outcome = await access.signIn('open sesame', '192.0.2.1');
    if (outcome.ok) ids.push(outcome.value);
    access.isSession(session);
    clock.advance(1);
  }
  expect(ids).toHaveLength(33);
  expect(access.isSession(session)).toBe(true);
  expect(ids.filter((id) => access.isSession(id))).toHaveLength(31);
  expect(access.isSession(ids.at(-1)!)).toBe(true);
});

test('who guesses is slowed down, by his network; others are not', async () => {
  const {access, clock} = withPassword();
  const guess = async (address: string) => {
    const outcome = await access.signIn('a wrong guess', address);
    return outcome.ok ? 'in' : `${outcome.error.code}${outcome.error.seconds ?? ''}`;
  };
  for (let count = 0; count < 5; count += 1) expect(await guess('2001:db8::1')).toBe('wrong');
  expect(await guess('2001:db8::1')).toBe('wait1');
  expect(await guess('2001:db8:0:0:ffff::2')).toBe('wait1');
  expect(await guess('2001:db8:0:1::2')).toBe('wrong');
  expect(await access.signIn('open sesame', '2001:db8::1')).toMatchObject({error: {code: 'wait'}});
  expect((await access.signIn('open sesame', '192.0.2.1')).ok).toBe(true);
  clock.advance(1_000);
  expect(await guess('2001:db8::1')).toBe('wrong');
  expect(await guess('2001:db8::1')).toBe('wait2');
  clock.advance(2_000);
  expect((await access.signIn('open sesame', '2001:db8::1')).ok).toBe(true);
  expect(await guess('2001:db8::1')).toBe('wrong');
});

test('IPv4 addresses count by themselves, also as a listener for both families writes them', async () => {
  const {access} = withPassword();
  for (let count = 0; count < 5; count += 1) await access.signIn('a wrong guess', '::ffff:192.0.2.1');
  expect(await access.signIn('a wrong guess', '192.0.2.1')).toMatchObject({error: {code: 'wait'}});
  expect(await access.signIn('open sesame', '::ffff:192.0.2.2')).toMatchObject({ok: true});
});

test('the wait grows to five minutes and no longer, and an hour of peace forgives', async () => {
  const {access, clock} = withPassword();
  let longest = 0;
  for (let count = 0; count < 40; count += 1) {
    const outcome = await access.signIn('', '192.0.2.1');
    const seconds = outcome.ok ? 0 : (outcome.error.seconds ?? 0);
    longest = Math.max(longest, seconds);
    clock.advance(seconds * 1_000);
  }
  expect(longest).toBe(300);
  clock.advance(HOUR + 300_000);
  for (let count = 0; count < 4; count += 1) {
    expect(await access.signIn('', '192.0.2.1')).toMatchObject({error: {code: 'wrong'}});
  }
});

test('a thousand at once: a few are asked, the rest are told to come back', async () => {
  const {access} = withPassword();
  const outcomes = await Promise.all(
    Array.from({length: 1_000}, (_, index) =>
      access.signIn('a wrong guess', `10.0.${index >> 8}.${index & 255}`),
    ),
  );
  const codes = outcomes.map((outcome) => (outcome.ok ? 'in' : outcome.error.code));
  expect(codes.filter((code) => code === 'wrong')).toHaveLength(4);
  expect(codes.filter((code) => code === 'busy')).toHaveLength(996);
});

test('tokens are made, known, revoked, and kept by their hash', async () => {
  const {access, file, place} = withPassword();
  const made = access.makeToken('Home Assistant');
  if (!made.ok) throw new Error(made.error.text);
  const {token, id} = made.value;
  expect(token).toMatch(/^doorline_[\w-]{43}$/);
  expect(readFileSync(file, 'utf8')).not.toContain(token);
  expect(access.tokens).toEqual([{id, name: 'Home Assistant', made: expect.any(String)}]);
  expect(open(place).access.isToken(token)).toBe(true);
  for (const other of ['', 'doorline_', `${token}x`, token.slice(0, -1), token.toUpperCase()]) {
    expect(access.isToken(other)).toBe(false);
  }
  expect(access.revokeToken('ffffffff')).toMatchObject({error: {code: 'none'}});
  expect(access.revokeToken(id).ok).toBe(true);
  expect(access.isToken(token)).toBe(false);
});

test('there are no tokens without a password, without a name, or without end', async () => {
  expect(open().access.makeToken('x')).toMatchObject({error: {code: 'bad'}});
  const {access} = withPassword();
  for (const name of ['', 'x'.repeat(65), 'a\nb']) expect(access.makeToken(name).ok).toBe(false);
  for (let count = 0; count < 16; count += 1) expect(access.makeToken(`token ${count}`).ok).toBe(true);
  expect(access.makeToken('one more')).toMatchObject({error: {code: 'bad'}});
});
