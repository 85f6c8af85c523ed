import {copyFileSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {makeBundle} from '../../../tools/image/bundle.ts';
import {keysIn, makeKeys} from '../../../tools/image/keys.ts';
import {SLOT_ALIGNMENT} from '../../../tools/image/layout.ts';
import {makeSlot} from '../../../tools/image/slot.ts';
import {must} from '../../../tools/setup/foreign-packages.ts';
import type {Run} from '../../support/run-folder.ts';
import {image} from './board.ts';

const built = dirname(image.disk ?? '.');
const ours = keysIn(join(built, 'keys'));
const slot = join(built, 'work', 'slot');
const compatible = 'doorline-raspberry-pi-3';

/** An update that is what the board runs already. */
export function goodBundle(run: Run): string {
  copyFileSync(image.bundle, join(run.folder, 'good.raucb'));
  return 'good.raucb';
}

/** The same, cut off in the middle. */
export function truncatedBundle(run: Run): string {
  const file = join(run.folder, 'truncated.raucb');
  copyFileSync(image.bundle, file);
  truncateSync(file, Math.floor(statSync(file).size / 2));
  return 'truncated.raucb';
}

/** The same, signed by somebody else. */
export async function foreignBundle(run: Run): Promise<string> {
  const keys = await makeKeys(join(run.folder, 'foreign-keys'));
  await bundle(run, 'foreign.raucb', {keys});
  return 'foreign.raucb';
}

/** The same, for another board. */
export async function otherBoardsBundle(run: Run): Promise<string> {
  await bundle(run, 'other-board.raucb', {compatible: 'doorline-raspberry-pi-5'});
  return 'other-board.raucb';
}

/** One whose kernel is damaged. */
export async function brokenKernelBundle(run: Run): Promise<string> {
  const bytes = readFileSync(slot);
  const bootTree = Math.ceil(Number(bytes.readBigUInt64LE(40)) / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
  // In the middle of the kernel, which comes first.
  bytes.fill(0x55, bootTree + 4_000_000, bootTree + 4_001_000);
  const broken = join(run.folder, 'broken-kernel.slot');
  writeFileSync(broken, bytes);
  await bundle(run, 'broken-kernel.raucb', {slot: broken});
  return 'broken-kernel.raucb';
}

/** One whose firmware ends as soon as it starts. */
export async function brokenFirmwareBundle(run: Run): Promise<string> {
  const tree = join(run.folder, 'broken-root');
  await must(['cp', '--archive', join(built, 'work', 'root'), tree]);
  writeFileSync(
    join(tree, 'usr/lib/doorline/cli.js'),
    "console.error('this firmware is broken'); process.exit(1);\n",
  );
  const broken = join(run.folder, 'broken-firmware.slot');
  await makeSlot(broken, {tree, bootTree: join(built, 'work', 'boot.fit'), time: 0, level: 1});
  await must(['rm', '-r', tree]);
  await bundle(run, 'broken-firmware.raucb', {slot: broken});
  return 'broken-firmware.raucb';
}

async function bundle(
  run: Run,
  name: string,
  changed: Partial<Parameters<typeof makeBundle>[1]>,
): Promise<void> {
  await makeBundle(join(run.folder, name), {
    ...{slot, compatible, version: '0.1.1', keys: ours, work: join(run.folder, `${name}.work`)},
    ...changed,
  });
}
