import {accessSync, constants, existsSync, readdirSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findKernel} from '../vm/kernels.ts';

/** What the tests use beside Node: a program or a library, and the packages that bring it. */
export interface Program {
  readonly name: string;
  /** What it is here for, in words. */
  readonly purpose: string;
  /** The Debian or Ubuntu packages that bring it: the first that the distribution has is taken. */
  readonly packages: readonly string[];
  /** Its file where it is installed. */
  find(): string | undefined;
}

// Not everybody has the folders of daemons in the PATH.
const DAEMON_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The root folder of the Debian that has Asterisk: too much, and too new, for the machine itself. */
export const asteriskRoot = debianRoot('asterisk');
/** The same for a baresip that is newer than the machine's own. */
export const newBaresipRoot = debianRoot('baresip-1.1');
/** A Debian stable to be booted: what the program is installed into. */
export const debianSystemRoot = debianRoot('debian-13');
/** The same for arm64, with what a package needs and no more; it is emulated. */
export const arm64SystemRoot = debianRoot('debian-13-arm64');

/** Everything, by name. */
export const programs = {
  baresip: program('baresip', 'a SIP phone to call and be called by', ['baresip-core']),
  'baresip-1.1': {
    name: 'baresip-1.1',
    purpose: 'a SIP phone that answers by itself when it is asked to',
    packages: ['mmdebstrap'], // makes the folder that it is in
    find: () => inRoot(newBaresipRoot, 'usr/bin/baresip'),
  },
  linphonec: program('linphonec', 'a second SIP phone', ['linphone-cli']),
  sipp: program('sipp', 'scripted SIP calls', ['sip-tester']),
  kamailio: program('kamailio', 'a registrar and proxy', ['kamailio']),
  'kamailio-tls': {
    name: 'kamailio-tls',
    purpose: 'TLS for the registrar and proxy',
    packages: ['kamailio-tls-modules'],
    find: () => library('kamailio/modules/tls.so'),
  },
  'espeak-ng': program('espeak-ng', 'voices that speak, and press no key', ['espeak-ng']),
  'kamailio-outbound': {
    name: 'kamailio-outbound',
    purpose: 'flows of RFC 5626 for the registrar and proxy',
    packages: ['kamailio-outbound-modules'],
    find: () => library('kamailio/modules/outbound.so'),
  },
  openssl: program('openssl', 'certificates for the tests of TLS', ['openssl']),
  asterisk: {
    name: 'asterisk',
    purpose: 'a telephone exchange',
    packages: ['mmdebstrap'], // makes the folder that it is in
    find: () => inRoot(asteriskRoot, 'usr/sbin/asterisk'),
  },
  rtpengine: program('rtpengine', 'a media relay behind the proxy', ['rtpengine-daemon', 'rtpengine']),
  turnserver: program('turnserver', 'a STUN server', ['coturn']),
  'debian-13': {
    name: 'debian-13',
    purpose: 'a Debian with systemd, to be installed into and booted',
    packages: ['mmdebstrap'], // makes the folder that it is in
    find: () => inRoot(debianSystemRoot, 'usr/sbin/userdel'), // the last that was added to it
  },
  'debian-13-arm64': {
    name: 'debian-13-arm64',
    purpose: 'a Debian for arm64, to be installed into',
    packages: ['mmdebstrap'], // makes the folder that it is in
    find: () => inRoot(arm64SystemRoot, 'usr/bin/dpkg'),
  },
  'qemu-aarch64-static': program('qemu-aarch64-static', 'programs for arm64', ['qemu-user-static']),
  mtools: {...program('mcopy', 'files on FAT file systems', ['mtools']), name: 'mtools'},
  'mkfs.vfat': program('mkfs.vfat', 'a FAT file system', ['dosfstools']),
  losetup: program('losetup', 'disks that are files', ['mount']),
  'systemd-analyze': program('systemd-analyze', 'a judge of sandboxes', ['systemd']),
  ip: program('ip', "networks of the tests' own", ['iproute2']),
  nft: program('nft', 'a NAT between such networks', ['nftables']),
  libspandsp: {
    name: 'libspandsp',
    purpose: 'another G.722 to compare with',
    packages: ['libspandsp2'],
    find: () => library('libspandsp.so.2'),
  },
  libmodbus: {
    name: 'libmodbus',
    purpose: 'a relay board to be switched',
    packages: ['libmodbus5'],
    find: () => library('libmodbus.so.5'),
  },
  socat: program('socat', 'serial lines without wires', ['socat']),
  tshark: program('tshark', 'a second reader of captures', ['tshark']),
  pulseaudio: program('pulseaudio', 'a sound card in software', ['pulseaudio']),
  pactl: program('pactl', 'another shape of that card', ['pulseaudio-utils']),
  pacat: program('pacat', 'sound into that card and out of it', ['pulseaudio-utils']),
  libasound: {
    name: 'libasound',
    purpose: 'sound through ALSA',
    packages: ['libasound2t64', 'libasound2'],
    find: () => library('libasound.so.2'),
  },
  'alsa-pulse': {
    name: 'alsa-pulse',
    purpose: 'ALSA devices on pulseaudio',
    packages: ['libasound2-plugins'],
    find: () => library('alsa-lib/libasound_module_pcm_pulse.so'),
  },
  qemu: program('qemu-system-x86_64', 'a virtual machine', ['qemu-system-x86']),
  'kernel-6.12': {
    name: 'kernel-6.12',
    purpose: 'a kernel for the virtual machine',
    packages: ['gcc'], // compiles a module for it
    find: () => findKernel('6.12'),
  },
  'kernel-7': {
    name: 'kernel-7',
    purpose: 'a newer kernel for the virtual machine',
    packages: [],
    find: () => findKernel('7'),
  },
  rauc: program('rauc', 'signed updates', ['rauc']),
  mksquashfs: program('mksquashfs', 'the inside of an update', ['squashfs-tools']),
  'dbus-daemon': program('dbus-daemon', 'asking a service such as RAUC', ['dbus-daemon', 'dbus']),
  xz: program('xz', 'unpacking', ['xz-utils']),
  'qemu-arm': program('qemu-system-aarch64', 'a board in a virtual machine', ['qemu-system-arm']),
  ssh: program('ssh', 'a look into that board', ['openssh-client']),
  dnsmasq: program('dnsmasq', 'a DHCP server for that board', ['dnsmasq-base']),
  kmod: program('depmod', "an image's kernel modules", ['kmod']),
  dtc: program('fdtput', "an image's device trees", ['device-tree-compiler']),
  e2fsprogs: program('mke2fs', "an image's data partition", ['e2fsprogs']),
  fdisk: program('sfdisk', "an image's partition table", ['fdisk']),
  mkimage: program('mkimage', 'what starts an image', ['u-boot-tools']),
  strip: program(
    process.arch === 'arm64' ? 'strip' : 'aarch64-linux-gnu-strip',
    "an image's programs without what debuggers need",
    process.arch === 'arm64' ? ['binutils'] : ['binutils-aarch64-linux-gnu'],
  ),
  zstd: program('zstd', 'packing', ['zstd']),
  chromium: {
    name: 'chromium',
    purpose: 'a browser for the page',
    // Ubuntu's package of that name only fetches a snap, which cannot see the tests' folders.
    packages: isUbuntu() ? [] : ['chromium'],
    find: () => findProgram('chromium') ?? findProgram('google-chrome'),
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

function program(name: string, purpose: string, packages: readonly string[]): Program {
  return {name, purpose, packages, find: () => findProgram(name)};
}

/** The file of a program in the PATH or among the daemons. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...DAEMON_FOLDERS];
  return folders
    .filter((folder) => folder.startsWith('/') && !folder.startsWith('/snap/'))
    .map((folder) => join(folder, name))
    .find(executable);
}

function debianRoot(name: string): string {
  return fileURLToPath(new URL(`../../build/peers/${name}`, import.meta.url));
}

/** A program in a root folder of its own, which only root can enter. */
function inRoot(root: string, path: string): string | undefined {
  const file = join(root, path);
  return process.getuid?.() === 0 && executable(file) ? file : undefined;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A file under one of the machine's library folders, such as /usr/lib/x86_64-linux-gnu. */
function library(file: string): string | undefined {
  return ['/usr/lib', '/lib']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu') || name.includes('-linux-gnueabi'))
        .map((name) => join(folder, name)),
    ])
    .map((folder) => join(folder, file))
    .find((path) => existsSync(path));
}

function isUbuntu(): boolean {
  return existsSync('/etc/apt/sources.list.d/ubuntu.sources') || existsSync('/etc/dpkg/origins/ubuntu');
}
