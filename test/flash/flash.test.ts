import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {flash, UnusableCard} from '../../tools/flash/flash.ts';

const SIZE = 64 * 1024;
/** What a computer starts from. */
const HEAD = 4096;

/** An image with a boot partition, by its master boot record, and mtools of which mcopy does what a shell script says. */
function scene(mcopy: string) {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-flash-test-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, {recursive: true});
  });
  const bytes = Buffer.alloc(SIZE, 0x55);
  bytes[446 + 4] = 0x0c;
  bytes.writeUInt32LE(16, 446 + 8);
  bytes.writeUInt16BE(0x55aa, 510);
  const [image, card] = [join(folder, 'doorline.img'), join(folder, 'card.img')];
  writeFileSync(image, bytes);
  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program('mcopy', `test "$1" = --version && exit 0\n${mcopy}`);
  program('mtype', 'echo name: Gate');
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  const stop = new AbortController();
  const write = () =>
    flash({
      image,
      device: card,
      settings: async () => 'name: Gate\n',
      confirm: async () => undefined,
      screen: {isTTY: false, write: () => undefined},
      stop: stop.signal,
    });
  const head = () => readFileSync(card).subarray(0, HEAD);
  return {folder, bytes, stop, write, head};
}

test('with its settings on it the card is done', async () => {
  const {bytes, write, head} = scene('exit 0');
  await write();
  expect(head().equals(bytes.subarray(0, HEAD))).toBe(true);
});

test('settings that cannot be written: the card does not start, rather than without them', async () => {
  const {write, head} = scene('echo "Disk full" >&2; exit 1');
  const error = await write().catch((one: unknown) => one);
  expect(error).toBeInstanceOf(UnusableCard);
  expect((error as Error).message).toBe('The settings cannot be written: Disk full');
  expect(head().equals(Buffer.alloc(HEAD))).toBe(true);
});

test('Ctrl-C while they are written: the card does not start', async () => {
  const {folder, stop, write, head} = scene('touch "$(dirname "$0")/begun"; exec sleep 60');
  const writing = write().catch((one: unknown) => one);
  await vi.waitUntil(() => existsSync(join(folder, 'begun')), {timeout: 30_000});
  stop.abort(new Error('Stopped.'));
  const error = await writing;
  expect(error).toBeInstanceOf(UnusableCard);
  expect((error as Error).message).toBe('Stopped.');
  expect(head().equals(Buffer.alloc(HEAD))).toBe(true);
});
