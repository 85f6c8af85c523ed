import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {copyrightOf} from '../program/copyright.ts';
import {stageProgram} from '../program/stage.ts';
import {must} from '../setup/foreign-packages.ts';
import type {Base} from './base.ts';
import {stripNode} from './board-node.ts';
import {DISK_ID, PROVED_GOOD, partitions, TRIES} from './layout.ts';

/** Files of ours that are the same on all boards; they stand here as in the image. */
const ours = fileURLToPath(new URL('root', import.meta.url));

const UNITS = 'usr/lib/systemd/system';
/** What starts, by what starts it: Debian leaves that to package scripts. */
const started: Readonly<Record<string, readonly string[]>> = {
  'sysinit.target': ['doorline-hostname.service', 'systemd-timesyncd.service', 'systemd-resolved.service'],
  'local-fs.target': ['doorline-grow-data.service'],
  'sockets.target': ['systemd-networkd.socket', 'dbus.socket'],
  'multi-user.target': [
    ...['systemd-networkd.service', 'dbus-broker.service', 'doorline.service', 'doorline-data.service'],
    ...[
      'doorline-first-boot.service',
      'doorline-ssh.service',
      'doorline-trial.service',
      'doorline-reboot.path',
    ],
    'var-lib-systemd-timesync.mount',
  ],
  'sys-subsystem-net-devices-wlan0.device': ['doorline-wifi.service'],
};
/** What would only fail, wait or write where nothing is to be written. */
const masked: readonly string[] = [
  ...[
    'systemd-firstboot.service',
    'systemd-sysusers.service',
    'systemd-hwdb-update.service',
    'ldconfig.service',
  ],
  ...[
    'systemd-update-done.service',
    'systemd-journal-catalog-update.service',
    'systemd-machine-id-commit.service',
  ],
  ...[
    'systemd-logind.service',
    'getty-static.service',
    'systemd-hibernate-clear.service',
    'systemd-binfmt.service',
  ],
  ...['proc-sys-fs-binfmt_misc.automount', 'systemd-networkd-wait-online.service', 'rauc-mark-good.service'],
  ...[
    'systemd-networkd-persistent-storage.service',
    'systemd-network-generator.service',
    'alsa-restore.service',
    'alsa-state.service',
    'wpa_supplicant.service',
  ],
  ...[
    'systemd-random-seed.service',
    'systemd-rfkill.socket',
    'fstrim.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
  ],
  ...['systemd-pcrphase.service', 'systemd-pcrphase-sysinit.service', 'systemd-tpm2-setup.service'],
  ...['systemd-tpm2-setup-early.service', 'systemd-pcrmachine.service'],
];

/** What the board's image is called, and who may sign its updates. */
export interface Identity {
  readonly board: string;
  readonly version: string;
  /** PEM: the authority of the keys that sign updates. */
  readonly authority: string;
}

/**
 * Puts together the root of a slot: Debian's part, ours, and the program of the board.
 * @param folder is made anew.
 */
export async function makeRootTree(base: Base, folder: string, identity: Identity): Promise<void> {
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(dirname(folder), {recursive: true});
  await must(['cp', '--archive', '--no-target-directory', base.root, folder]);
  await stageProgram(folder, {processor: 'arm64', board: identity.board});
  await stripNode(folder, process.version);
  mkdirSync(join(folder, 'usr/share/doc/doorline'));
  writeFileSync(join(folder, 'usr/share/doc/doorline/copyright'), copyrightOf(folder));
  copyOurs(folder);
  mkdirSync(join(folder, 'etc/rauc'), {recursive: true});
  writeFileSync(join(folder, 'etc/rauc/system.conf'), updateSettings(identity));
  writeFileSync(join(folder, 'etc/rauc/keyring.pem'), identity.authority);
  writeFileSync(join(folder, 'etc/doorline-image'), `BOARD=${identity.board}\nVERSION=${identity.version}\n`);
  // Empty: an id of its own at each start, and no first boot of systemd's, which would preset every unit.
  writeFileSync(join(folder, 'etc/machine-id'), '');
  link(folder, 'etc/resolv.conf', '/run/systemd/resolve/resolv.conf');
  link(folder, 'etc/mtab', '../proc/self/mounts');
  link(folder, 'etc/localtime', '/usr/share/zoneinfo/Etc/UTC');
  link(folder, `${UNITS}/dbus.service`, 'dbus-broker.service');
  for (const [target, units] of Object.entries(started)) {
    for (const unit of units) {
      if (!existsSync(join(folder, UNITS, unit))) throw new Error(`The image has no ${unit}`);
      link(folder, `${UNITS}/${target}.wants/${unit}`, `../${unit}`);
    }
  }
  for (const unit of masked) link(folder, `etc/systemd/system/${unit}`, '/dev/null');
}

/** Modes are ours, whatever the checkout has. */
function copyOurs(folder: string): void {
  for (const entry of readdirSync(ours, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, from.slice(ours.length + 1));
    mkdirSync(dirname(to), {recursive: true});
    rmSync(to, {force: true});
    writeFileSync(to, readFileSync(from));
    const secret = to.endsWith('/shadow');
    chmodSync(to, secret ? 0o640 : (statSync(from).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'root'), 0o700);
}

function link(folder: string, path: string, target: string): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), {recursive: true});
  if (lstatSync(place, {throwIfNoEntry: false}) !== undefined) rmSync(place);
  symlinkSync(target, place);
}

function updateSettings({board}: Identity): string {
  const slot = (index: number, name: 'A' | 'B') => `
[slot.rootfs.${index}]
device=/dev/disk/by-partuuid/${DISK_ID}-0${partitions[name].number}
type=raw
bootname=${name}
`;
  return `[system]
compatible=doorline-${board}
bootloader=uboot
boot-attempts=${PROVED_GOOD}
boot-attempts-primary=${TRIES}
data-directory=/data/rauc
bundle-formats=verity

[keyring]
path=/etc/rauc/keyring.pem
# The board's clock may be wrong when it updates.
use-bundle-signing-time=true
${slot(0, 'A')}${slot(1, 'B')}`;
}
