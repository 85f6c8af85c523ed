import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {TestContext} from 'vitest';
import {Rauc} from '../../../firmware/update/rauc.ts';
import {type Run, startRun} from '../run-folder.ts';
import {notRunHere, peerProgram, requirePeers} from './require.ts';

const OPENSSL = 'openssl';
/** So that it cannot be packed: a bundle is as large. */
export const content = randomBytes(300_000);

/** A signing key with a certificate of its own. */
export function makeKey(folder: string, name: string) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '10', '-subj', `/CN=${name}`];
  execFileSync(OPENSSL, [...words, '-keyout', key, '-out', certificate], {stdio: 'ignore'});
  return {key, certificate};
}

export function makeBundle(
  folder: string,
  name: string,
  {key, certificate}: ReturnType<typeof makeKey>,
  {compatible = 'doorline-test'} = {},
): string {
  const inside = join(folder, `${name}-inside`);
  const bundle = join(folder, `${name}.raucb`);
  mkdirSync(inside);
  writeFileSync(join(inside, 'root.img'), content);
  const manifest = `[update]\ncompatible=${compatible}\nversion=2\n[bundle]\nformat=plain\n[image.rootfs]\nfilename=root.img\n`;
  writeFileSync(join(inside, 'manifest.raucm'), manifest);
  execFileSync(peerProgram('rauc'), ['bundle', `--cert=${certificate}`, `--key=${key}`, inside, bundle], {
    stdio: 'ignore',
  });
  return bundle;
}

/**
 * RAUC's own service on a bus of its own, with two slots in files and a boot loader in a script. An installation does not end while there
 * is a file "hold".
 */
export async function startRauc(run: Run, certificate: string) {
  const {folder} = run;
  for (const slot of ['A', 'B']) {
    writeFileSync(join(folder, slot), '');
    truncateSync(join(folder, slot), 1_000_000);
  }
  mkdirSync(join(folder, 'mount'));
  const bootLoader = join(folder, 'boot-loader');
  writeFileSync(
    bootLoader,
    `#!/bin/sh
cd ${folder}
case "$1" in
  get-primary) cat primary 2>/dev/null || echo A ;;
  set-primary) while [ -e hold ]; do sleep 0.1; done; echo "$2" > primary ;;
  get-state) cat "state-$2" 2>/dev/null || echo good ;;
  set-state) echo "$3" > "state-$2" ;;
  get-current) echo A ;;
esac
`,
  );
  chmodSync(bootLoader, 0o755);
  const slot = (index: number, name: string) =>
    `[slot.rootfs.${index}]\ndevice=${join(folder, name)}\ntype=raw\nbootname=${name}\n`;
  writeFileSync(
    join(folder, 'system.conf'),
    `[system]
compatible=doorline-test
bootloader=custom
mountprefix=${join(folder, 'mount')}
statusfile=${join(folder, 'status')}
[keyring]
path=${certificate}
[handlers]
bootloader-custom-backend=${bootLoader}
${slot(0, 'A')}${slot(1, 'B')}`,
  );
  const bus = `unix:path=${join(folder, 'bus')}`;
  writeFileSync(
    join(folder, 'bus.conf'),
    `<busconfig><type>session</type><listen>${bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
</busconfig>`,
  );
  const environment = {...process.env, DBUS_SYSTEM_BUS_ADDRESS: bus};
  run.processes.start(peerProgram('dbus-daemon'), [`--config-file=${join(folder, 'bus.conf')}`, '--nofork']);
  await sleep(500);
  const words = ['service', `--conf=${join(folder, 'system.conf')}`, '--override-boot-slot=A'];
  run.processes.start(peerProgram('rauc'), words, {env: environment});
  for (;;) {
    const rauc = await Rauc.find(environment);
    if (rauc) return {rauc, environment: {DBUS_SYSTEM_BUS_ADDRESS: bus}};
    await sleep(200);
  }
}

/** For the first line of a test. */
export function requireRauc(context: TestContext): Run {
  requirePeers(context, 'rauc', 'dbus-daemon', 'mksquashfs');
  if (process.getuid?.() !== 0) notRunHere(context, 'RAUC mounts bundles: needs root');
  return startRun(context);
}
