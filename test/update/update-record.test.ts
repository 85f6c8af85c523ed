import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {UpdateMemory} from '../../firmware/update/update-record.ts';

/** What was done to the disk, in its order. */
const done = vi.hoisted(() => [] as string[]);

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const noted =
    <Args extends unknown[], Value>(name: string, change: (...args: Args) => Value) =>
    (...args: Args): Value => {
      done.push(name);
      return change(...args);
    };
  return {...real, rmSync: noted('remove', real.rmSync), fsyncSync: noted('sync', real.fsyncSync)};
});

test('what is forgotten is forgotten on the disk too: a power cut does not bring it back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-record-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const memory = new UpdateMemory(folder);
  memory.keep({from: 'A', boot: 'boot 1'});
  done.length = 0;
  memory.forget();
  expect([memory.record, done]).toEqual([undefined, ['remove', 'sync']]);
  memory.forget();
  expect(done).toHaveLength(2);
});
