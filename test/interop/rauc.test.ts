import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {success} from '../../firmware/base/result.ts';
import {Rauc} from '../../firmware/update/rauc.ts';
import {content, makeBundle, makeKey, requireRauc, startRauc} from '../support/peers/rauc.ts';

test('a signed bundle goes into the other slot, with progress; the slot that runs is marked good', async (context) => {
  const run = requireRauc(context);
  const ours = makeKey(run.folder, 'ours');
  const {rauc} = await startRauc(run, ours.certificate);
  expect(await rauc.slots()).toEqual({booted: 'A', next: 'A'});
  const progress: number[] = [];
  const outcome = await rauc.install(makeBundle(run.folder, 'good', ours), (percent) =>
    progress.push(percent),
  );
  expect(outcome).toEqual({ok: true, value: undefined});
  expect(readFileSync(join(run.folder, 'B')).subarray(0, content.length).equals(content)).toBe(true);
  expect(await rauc.slots()).toEqual({booted: 'A', next: 'B'});
  expect(progress.at(-1)).toBe(100);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  await rauc.markGood();
  expect(readFileSync(join(run.folder, 'state-A'), 'utf8').trim()).toBe('good');
});

test('while it installs it is there, and does not tell its slots', async (context) => {
  const run = requireRauc(context);
  const ours = makeKey(run.folder, 'ours');
  const {rauc, environment} = await startRauc(run, ours.certificate);
  const hold = join(run.folder, 'hold');
  writeFileSync(hold, '');
  run.atEnd(() => rmSync(hold, {force: true}));
  const {promise: begun, resolve} = Promise.withResolvers<void>();
  const outcome = rauc.install(makeBundle(run.folder, 'good', ours), () => resolve());
  await begun;
  const found = await Rauc.find({...process.env, ...environment});
  await expect(found?.slots()).rejects.toThrow(/busy with another update/);
  await expect(found?.markGood()).rejects.toThrow(/already processing/);
  rmSync(hold);
  expect(await outcome).toEqual(success(undefined));
  expect(await found?.slots()).toEqual({booted: 'A', next: 'B'});
});

test('what is not signed by us, damaged or for another board is refused with the reason, and changes nothing', async (context) => {
  const run = requireRauc(context);
  const ours = makeKey(run.folder, 'ours');
  const {rauc} = await startRauc(run, ours.certificate);
  const before = readFileSync(join(run.folder, 'B'));
  const good = makeBundle(run.folder, 'good', ours);
  const cut = join(run.folder, 'cut.raucb');
  const whole = readFileSync(good);
  writeFileSync(cut, whole.subarray(0, whole.length / 2));
  const garbage = join(run.folder, 'garbage.raucb');
  writeFileSync(garbage, Buffer.alloc(10_000, 'x'));
  const changed = join(run.folder, 'changed.raucb');
  const bytes = Buffer.from(whole);
  bytes[200] = bytes[200]! ^ 1;
  writeFileSync(changed, bytes);
  const reasons: [string, RegExp][] = [
    [makeBundle(run.folder, 'foreign', makeKey(run.folder, 'theirs')), /signature is not one/],
    [makeBundle(run.folder, 'other', ours, {compatible: 'doorline-other'}), /another kind of board/],
    [cut, /damaged/],
    [garbage, /damaged/],
    [changed, /damaged|signature/],
    [join(run.folder, 'none.raucb'), /no such file/],
    // What it is called tells nothing of why.
    ['http://me:secret@127.0.0.1:1/compatible.raucb', /cannot be fetched/],
  ];
  for (const [bundle, reason] of reasons) {
    const outcome = await rauc.install(bundle, () => undefined);
    expect([bundle, outcome]).toEqual([
      bundle,
      {ok: false, error: {reason: expect.stringMatching(reason), lasting: expect.any(Boolean)}},
    ]);
    expect(readFileSync(join(run.folder, 'B')).equals(before)).toBe(true);
    expect((await rauc.slots()).next).toBe('A');
  }
});
