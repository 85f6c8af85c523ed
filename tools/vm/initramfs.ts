import {readFileSync} from 'node:fs';
import {archive, FILE, FOLDER, PROGRAM} from './cpio.ts';
import type {Module} from './modules.ts';

/** The virtio ports by which the machine inside answers. */
export const OUTPUT_PORT = 'output';
export const STATUS_PORT = 'status';

/**
 * What the kernel starts with: busybox, the modules, and a script that puts the host's files, read-only and under a
 * layer in memory that takes what is written, in place of it, and runs `script` there.
 */
export function makeInitramfs({
  busybox,
  modules,
  script,
}: {
  busybox: string;
  modules: readonly Module[];
  script: string;
}): Buffer {
  const folders = ['bin', 'dev', 'host', 'layer', 'modules', 'proc', 'root', 'sys'];
  return archive([
    ...folders.map((path) => ({path, mode: FOLDER, content: Buffer.alloc(0)})),
    {path: 'bin/busybox', mode: PROGRAM, content: readFileSync(busybox)},
    ...modules.map(({name, code}) => ({path: `modules/${name}.ko`, mode: FILE, content: code})),
    {path: 'script', mode: FILE, content: Buffer.from(script)},
    {path: 'init', mode: PROGRAM, content: Buffer.from(init(modules))},
  ]);
}

/** What fails here is told on the serial console, and the machine stops without a status. */
function init(modules: readonly Module[]): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
fail() { echo "FAILED: $*" > /dev/console; poweroff -f; }
mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t devtmpfs dev /dev || fail "the kernel's own file systems"
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
for module in ${modules.map(({name}) => name).join(' ')}; do insmod /modules/$module.ko || fail "module $module"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host || fail "the host's files"
mount -t tmpfs tmpfs /layer
mkdir /layer/written /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/written,workdir=/layer/work overlay /root || fail "the layer in memory"
mount -t configfs configfs /sys/kernel/config
for folder in proc sys dev; do mount --move /$folder /root/$folder; done
ip link set lo up
for port in /root/sys/class/virtio-ports/*; do
  case $(cat $port/name) in
    ${OUTPUT_PORT}) output=/root/dev/\${port##*/} ;;
    ${STATUS_PORT}) status=/root/dev/\${port##*/} ;;
  esac
done
set -o pipefail
chroot /root /bin/sh -c "$(cat /script)" < /root/dev/null 2>&1 | cat > $output
echo $? > $status
poweroff -f
`;
}
