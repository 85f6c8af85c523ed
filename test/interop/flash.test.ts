import {execFileSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {constants, zstdCompressSync} from 'node:zlib';
import {expect, type TestContext, test} from 'vitest';
import {parse} from 'yaml';
import {notRunHere, peerProgram, requirePeers} from '../support/peers/require.ts';
import type {RunningProcess} from '../support/processes.ts';
import {type Run, startRun} from '../support/run-folder.ts';

const tool = fileURLToPath(new URL('../../tools/flash.ts', import.meta.url));
const MiB = 1024 * 1024;
const SIZE = 24 * MiB;
const BOOT = {start: 1 * MiB, size: 8 * MiB};
/** What no map names: it keeps what the card had. */
const GAP = {start: 12 * MiB, end: 16 * MiB};
const PIECE = MiB;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An image of a disk as they are made: a boot partition (FAT) that the master boot record names, and data behind it. */
function makeImage(run: Run, {map = true, checksum = true} = {}) {
  const boot = join(run.folder, 'boot.vfat');
  writeFileSync(boot, Buffer.alloc(BOOT.size));
  execFileSync(peerProgram('mkfs.vfat'), ['-n', 'BOOT', boot], {stdio: 'pipe'});
  const bytes = randomBytes(SIZE);
  bytes.fill(0, 0, BOOT.start);
  bytes.fill(0, GAP.start, GAP.end);
  readFileSync(boot).copy(bytes, BOOT.start);
  bytes[446 + 4] = 0x0c;
  bytes.writeUInt32LE(BOOT.start / 512, 446 + 8);
  bytes.writeUInt32LE(BOOT.size / 512, 446 + 12);
  bytes.writeUInt16BE(0x55aa, 510);
  const file = join(run.folder, 'doorline.img.zst');
  writeFileSync(file, zstdCompressSync(bytes, {params: {[constants.ZSTD_c_checksumFlag]: 1}}));
  if (checksum) writeFileSync(`${file}.sha256`, `${sha256(readFileSync(file))}  doorline.img.zst\n`);
  const starts = Array.from({length: SIZE / PIECE}, (_, index) => index * PIECE);
  const ranges = starts
    .filter((start) => start < GAP.start || start >= GAP.end)
    .map((start) => ({start, length: PIECE, sha256: sha256(bytes.subarray(start, start + PIECE))}));
  const mapFile = join(run.folder, 'doorline.img.map.json');
  if (map) writeFileSync(mapFile, JSON.stringify({imageSize: SIZE, ranges}));
  return {file, bytes};
}

/** A disk that is a file, gone at the end of the test. What it held before is all 0xaa. */
function makeDisk(run: Run, context: TestContext, size = SIZE, options: readonly string[] = []) {
  if (process.getuid?.() !== 0) notRunHere(context, 'loop devices need root');
  const file = join(run.folder, `disk-${size}`);
  writeFileSync(file, Buffer.alloc(size, 0xaa));
  const words = ['--find', '--show', ...options, file];
  const path = execFileSync(peerProgram('losetup'), words, {encoding: 'utf8'}).trim();
  run.atEnd(() => void execFileSync(peerProgram('losetup'), ['--detach', path]));
  return {path, file};
}

function start(run: Run, ...words: string[]): RunningProcess {
  return run.processes.start(process.execPath, [tool, ...words]);
}

async function flash(run: Run, ...words: string[]): Promise<{status: number; output: string}> {
  const tool = start(run, ...words);
  return {status: await tool.waitForExit(60_000), output: tool.output};
}

/** Holds the program still at the first sign of what it does, lets something happen, and lets it go on. */
async function during(one: RunningProcess, sign: RegExp, happen: () => void): Promise<number> {
  await one.waitForOutput(sign);
  one.signal('SIGSTOP');
  happen();
  one.signal('SIGCONT');
  return one.waitForExit(60_000);
}

/** The settings that lie on a card, as mtools reads them. */
function readSettings(card: string): unknown {
  const words = ['-i', `${card}@@${BOOT.start}`, '::doorline-setup.yaml', '-'];
  return parse(execFileSync(peerProgram('mtools'), words, {encoding: 'utf8'}));
}

const isEmpty = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

test('a disk gets what the map names and nothing else, and the settings of the first start', async (context) => {
  requirePeers(context, 'mtools', 'mkfs.vfat', 'losetup');
  const run = startRun(context);
  const {file, bytes} = makeImage(run);
  const disk = makeDisk(run, context, SIZE + MiB);
  const settings = join(run.folder, 'settings.yaml');
  writeFileSync(settings, 'name: Gate\npassword: open sesame\n');
  const link = join(run.folder, 'card');
  symlinkSync(disk.path, link);
  const {status, output} = await flash(run, file, link, '--settings', settings);
  expect(output).toMatch(/Writing .*100 %.*Reading .*100 %.*Done/s);
  expect(status).toBe(0);
  const written = readFileSync(disk.path);
  expect(written.subarray(0, BOOT.start).equals(bytes.subarray(0, BOOT.start))).toBe(true);
  expect(written.subarray(GAP.end, SIZE).equals(bytes.subarray(GAP.end))).toBe(true);
  expect(written.subarray(GAP.start, GAP.end).every((byte) => byte === 0xaa)).toBe(true);
  expect(written.subarray(SIZE).every((byte) => byte === 0xaa)).toBe(true);
  const setup = readSettings(disk.path);
  expect(setup).toMatchObject({name: 'Gate', password_hash: expect.stringMatching(/^\$scrypt\$/)});
  expect(written.includes('open sesame')).toBe(false);
});

test('a new file becomes the image, also where neither map nor checksum lies beside, which is told', async (context) => {
  requirePeers(context, 'mkfs.vfat');
  const run = startRun(context);
  const {file, bytes} = makeImage(run, {map: false, checksum: false});
  const card = join(run.folder, 'card.img');
  const {status, output} = await flash(run, file, card);
  expect(status).toBe(0);
  expect(output).toMatch(/No doorline\.img\.zst\.sha256 .*\nNo map /);
  expect(readFileSync(card).equals(bytes)).toBe(true);
});

test('refused, and left as it was: what is mounted, protected, too small, no disk', async (context) => {
  requirePeers(context, 'mtools', 'mkfs.vfat', 'losetup');
  const run = startRun(context);
  const {file} = makeImage(run);
  const small = makeDisk(run, context, SIZE - MiB);
  expect(await flash(run, file, small.path)).toMatchObject({
    status: 1,
    output: expect.stringMatching(/too small: it has 24\.1 MB, and the image needs 25\.2 MB/),
  });
  const locked = makeDisk(run, context, SIZE, ['--read-only']);
  expect((await flash(run, file, locked.path)).output).toMatch(/write-protected/);
  for (const {path} of [small, locked]) expect(readFileSync(path).every((byte) => byte === 0xaa)).toBe(true);

  const mounted = makeDisk(run, context, SIZE + MiB);
  execFileSync('/usr/sbin/mkfs.ext4', ['-q', '-F', mounted.path]);
  const folder = join(run.folder, 'mounted');
  mkdirSync(folder);
  execFileSync('/usr/bin/mount', [mounted.path, folder]);
  run.atEnd(() => void execFileSync('/usr/bin/umount', [folder]));
  expect((await flash(run, file, mounted.path)).output).toMatch(/is mounted: \S+ at .*mounted\. To unmount/);

  expect((await flash(run, file, '/dev/null')).output).toMatch(/neither a disk nor a file/);
  expect((await flash(run, file, '/dev/nowhere')).output).toMatch(/There is no device \/dev\/nowhere/);
  expect((await flash(run, file, file)).output).toMatch(/onto itself/);
  const letter = join(run.folder, 'letter.txt');
  writeFileSync(letter, 'dear Anna');
  expect((await flash(run, file, letter)).output).toMatch(/a file of 9 bytes/);
  expect(readFileSync(letter, 'utf8')).toBe('dear Anna');
});

test('a damaged image is found before the card is touched', async (context) => {
  requirePeers(context, 'mkfs.vfat');
  const run = startRun(context);
  const {file} = makeImage(run);
  const packed = readFileSync(file);
  const card = join(run.folder, 'card.img');
  const before = Buffer.alloc(SIZE, 0xaa);
  writeFileSync(card, before);
  const refused = async (words: RegExp) => {
    const {status, output} = await flash(run, file, card);
    expect(output).toMatch(words);
    expect(status).toBe(1);
    expect(readFileSync(card).equals(before)).toBe(true);
  };
  const changed = Buffer.from(packed);
  changed[packed.length - 100]! ^= 1;
  writeFileSync(file, changed);
  await refused(/damaged/);
  writeFileSync(file, packed.subarray(0, packed.length - MiB));
  await refused(/damaged or cut off/);
  writeFileSync(file, packed);
  writeFileSync(`${file}.sha256`, `${'0'.repeat(64)}  doorline.img.zst\n`);
  await refused(/its checksum is not the one/);
  writeFileSync(`${file}.sha256`, `${sha256(packed)}  doorline.img.zst\n`);
  writeFileSync(join(run.folder, 'doorline.img.map.json'), '{}');
  await refused(/is no map of an image/);
  writeFileSync(file, Buffer.from('PK\x03\x04'));
  await refused(/packed with zip/);
  writeFileSync(file, '');
  await refused(/cut off|is empty|no map/);
  const nowhere = await flash(run, join(run.folder, 'none.img.zst'), card);
  expect(nowhere.output).toMatch(/There is no image/);
});

/** Sends a signal while a card is written that could be started from before. */
async function interrupt(context: TestContext, signal: NodeJS.Signals) {
  requirePeers(context, 'mkfs.vfat');
  const run = startRun(context);
  const {file, bytes} = makeImage(run);
  const card = join(run.folder, 'card.img');
  writeFileSync(card, bytes);
  const tool = start(run, file, card);
  const status = await during(tool, /Writing /, () => tool.signal(signal));
  const head = readFileSync(card).subarray(0, 512);
  return {run, file, card, bytes, status, head, output: tool.output};
}

test('Ctrl-C in the midst: the card does not start any more, the tool says so, and it can be written anew', async (context) => {
  const {run, file, card, bytes, status, output, head} = await interrupt(context, 'SIGINT');
  expect(status).toBe(130);
  expect(output).toMatch(/Stopped\.\n.*card\.img is not usable as it is: it does not start/);
  expect(isEmpty(head)).toBe(true);
  expect((await flash(run, file, card)).status).toBe(0);
  expect(readFileSync(card).equals(bytes)).toBe(true);
});

test('killed in the midst: what is on the card does not start', async (context) => {
  const {head} = await interrupt(context, 'SIGKILL');
  expect(isEmpty(head)).toBe(true);
});

test('a card that does not give back what was written is told, and does not start', async (context) => {
  requirePeers(context, 'mkfs.vfat', 'losetup');
  const run = startRun(context);
  const {file} = makeImage(run);
  const forged = join(run.folder, 'card.img');
  const reader = start(run, file, forged);
  expect(await during(reader, /Reading /, () => truncateSync(forged, SIZE / 2))).toBe(1);
  expect(reader.output).toMatch(/gives back at byte \d+ is not what was written.*\n.*is not usable/);
  expect(isEmpty(readFileSync(forged).subarray(0, 512))).toBe(true);

  const disk = makeDisk(run, context);
  const failing = start(run, file, disk.path);
  expect(await during(failing, /Reading /, () => truncateSync(disk.file, SIZE / 2))).toBe(1);
  expect(failing.output).toMatch(/(reports an error|is not what was written).*\n.*is not usable/);
});

test('a file system without room for the image', async (context) => {
  requirePeers(context, 'mkfs.vfat');
  if (process.getuid?.() !== 0) notRunHere(context, 'a file system of its own needs root');
  const run = startRun(context);
  const {file} = makeImage(run);
  const folder = join(run.folder, 'full');
  mkdirSync(folder);
  execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', folder]);
  run.atEnd(() => void execFileSync('/usr/bin/umount', [folder]));
  const {status, output} = await flash(run, file, join(folder, 'card.img'));
  expect(output).toMatch(/card\.img has no room for all of the image\.\n.*is not usable/);
  expect(status).toBe(1);
});

test('at a terminal it asks for the settings, without showing passwords, and whether to write', async (context) => {
  requirePeers(context, 'mtools', 'mkfs.vfat');
  const run = startRun(context);
  const {file} = makeImage(run);
  const card = join(run.folder, 'card.img');
  const command = [process.execPath, tool, file, card].map((word) => `'${word}'`).join(' ');
  const terminal = run.processes.start('script', ['--quiet', '--return', '--command', command, '/dev/null']);
  const answers: [RegExp, string][] = [
    [/station called\?/, 'Gate'],
    [/with commas\)\?/, '192.168.1.20'],
    [/for a cable\)\?/, 'Home'],
    [/where it is open\)\?/, 'hidden words'],
    [/two letters\?/, 'de'],
    [/the page asks\)\?/, 'open sesame'],
    [/as here\)\?/, 'Asia/Tokyo'],
    [/SSH stays off\)\?/, ''],
    [/\(yes\/no\)\?/, 'yes'],
  ];
  for (const [question, answer] of answers) {
    await terminal.waitForOutput(question, 30_000);
    terminal.write(`${answer}\r`);
  }
  expect(await terminal.waitForExit(60_000)).toBe(0);
  expect(terminal.output).toMatch(/All that is on the file .*card\.img will be lost/);
  expect(terminal.output).not.toMatch(/hidden words|open sesame/);
  const setup = readSettings(card);
  expect(setup).toMatchObject({
    ...{name: 'Gate', call: ['192.168.1.20']},
    wifi: {ssid: 'Home', passphrase: 'hidden words', country: 'DE'},
    password_hash: expect.stringMatching(/^\$scrypt\$/),
    timezone: 'Asia/Tokyo',
  });
});

test('without a device it lists what there is', async (context) => {
  const {status, output} = await flash(startRun(context));
  expect(output).toMatch(/can be written to|no card or stick/);
  expect(output).toMatch(/usage: make flash/);
  expect(status).toBe(0);
});
