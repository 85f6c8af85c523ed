import {copyFileSync, globSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs';
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
  const bootArea = Math.ceil(Number(bytes.readBigUInt64LE(40)) / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
  // In the middle of the kernel, which comes first.
  bytes.fill(0x55, bootArea + 4_000_000, bootArea + 4_001_000);
  const broken = join(run.folder, 'broken-kernel.slot');
  writeFileSync(broken, bytes);
  await bundle(run, 'broken-kernel.raucb', {slot: broken});
  return 'broken-kernel.raucb';
}

/** One whose firmware ends as soon as it starts. */
export function brokenFirmwareBundle(run: Run): Promise<string> {
  return changedFirmwareBundle(run, 'broken-firmware', (program) =>
    writeFileSync(join(program, 'cli.js'), "console.error('this firmware is broken'); process.exit(1);\n"),
  );
}

/** One whose firmware starts, and whose self-test finds something wrong. */
export function failingFirmwareBundle(run: Run): Promise<string> {
  return changedFirmwareBundle(run, 'failing-firmware', (program) => {
    const [file] = globSync('main-*.js', {cwd: program});
    const path = join(program, file!);
    const code = readFileSync(path, 'utf8');
    const changed = code.replace(/(name: "SIP listens", passes: \(\) =>) [^}]*/, '$1 false ');
    if (changed === code) throw new Error('The program has no self-test of SIP any more');
    writeFileSync(path, changed);
  });
}

async function changedFirmwareBundle(
  run: Run,
  name: string,
  change: (program: string) => void,
): Promise<string> {
  const tree = join(run.folder, `${name}-root`);
  await must(['cp', '--archive', join(built, 'work', 'root'), tree]);
  change(join(tree, 'usr/lib/doorline'));
  const changed = join(run.folder, `${name}.slot`);
  await makeSlot(changed, {tree, bootArea: join(built, 'work', 'boot-area.bin'), time: 0, level: 1});
  await must(['rm', '-r', tree]);
  await bundle(run, `${name}.raucb`, {slot: changed});
  return `${name}.raucb`;
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
