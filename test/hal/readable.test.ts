import {execFileSync} from 'node:child_process';
import {closeSync, constants, openSync, readSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {watchReadable} from '../../hal/linux/readable.ts';
import {startRun} from '../support/run-folder.ts';

/** Both ends of a pipe with a name, as descriptors. */
function openPipe(folder: string): {reading: number; writing: number} {
  const path = join(folder, 'pipe');
  execFileSync('/usr/bin/mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return {reading, writing: openSync(path, 'w')};
}

test('a descriptor is read when there is something to read, and not after the end of watching', async (context) => {
  const {reading, writing} = openPipe(startRun(context).folder);
  const bytes = Buffer.alloc(16);
  const heard: string[] = [];
  const unwatch = watchReadable(reading, () => {
    heard.push(bytes.toString('latin1', 0, readSync(reading, bytes)));
  });
  for (const word of ['one', 'two']) {
    writeSync(writing, word);
    await vi.waitFor(() => expect(heard.at(-1)).toBe(word));
  }
  unwatch();
  writeSync(writing, 'three');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard).toEqual(['one', 'two']);
  closeSync(reading);
  closeSync(writing);
});

test('what cannot be watched is refused', () => {
  const file = openSync('/dev/null', 'r');
  expect(() => watchReadable(file, () => {})).toThrow(/cannot watch descriptor/);
  closeSync(file);
});

test('what a watcher promises happens before anything else does', async (context) => {
  const {reading, writing} = openPipe(startRun(context).folder);
  const happened = await new Promise<string[]>((resolve) => {
    const order: string[] = [];
    const unwatch = watchReadable(reading, () => {
      unwatch();
      void Promise.resolve().then(() => order.push('promise'));
      setImmediate(() => resolve([...order, 'next round']));
    });
    writeSync(writing, 'x');
  });
  expect(happened).toEqual(['promise', 'next round']);
  closeSync(reading);
  closeSync(writing);
});
