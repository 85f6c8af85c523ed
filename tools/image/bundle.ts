import {copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {must} from '../setup/foreign-packages.ts';
import type {UpdateKeys} from './keys.ts';

/**
 * Packs a slot into a signed bundle that RAUC takes: from a file or, piece by piece, from an HTTP server.
 * @param compatible which boards it is for, as `doorline-BOARD`.
 */
export async function makeBundle(
  file: string,
  {
    slot,
    compatible,
    version,
    keys,
    work,
  }: {slot: string; compatible: string; version: string; keys: UpdateKeys; work: string},
): Promise<void> {
  rmSync(work, {recursive: true, force: true});
  rmSync(file, {force: true});
  mkdirSync(work, {recursive: true});
  const inside = join(work, 'rootfs.img');
  try {
    linkSync(slot, inside);
  } catch {
    copyFileSync(slot, inside);
  }
  writeFileSync(
    join(work, 'manifest.raucm'),
    `[update]
compatible=${compatible}
version=${version}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.img
`,
  );
  const signing = [`--cert=${keys.certificate}`, `--key=${keys.key}`, `--keyring=${keys.authority}`];
  // The root is packed already.
  await must([
    'rauc',
    'bundle',
    ...signing,
    '--mksquashfs-args=-comp zstd -Xcompression-level 3 -no-progress',
    work,
    file,
  ]);
  rmSync(work, {recursive: true});
}
