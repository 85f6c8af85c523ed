import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** How a program for arm64 begins (ELF), and which of these bytes count; as QEMU's own registration has it. */
const MAGIC = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/** The interpreter is opened at once (F), so that it is found below any root. */
const script = `
echo mapped?
read answer
exec setpriv --reuid=0 --regid=0 --clear-groups \
  unshare --mount --pid --ipc --net --fork --kill-child --propagation private sh -e -c '
mount -t proc proc /proc
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf "%s" ":arm64:M::${MAGIC}:${MASK}:$1:F" > /proc/sys/fs/binfmt_misc/register
root=$2
shift 2
for device in null zero full random urandom; do
  touch $root/dev/$device
  mount --bind /dev/$device $root/dev/$device
done
mount -t proc proc $root/proc
ip link set lo up
exec chroot $root /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C "$@" < /dev/null' sh "$@"
`;

/**
 * Runs a command in a root folder of an arm64 system, emulated by `qemu` (its static build for programs): in namespaces of
 * its own, so that this machine runs no such program before or after. Needs root, and Linux 6.7 or newer.
 * @returns its exit status, and what it said on either output. It is killed after `longest` ms.
 */
export async function runOnArm64(
  qemu: string,
  root: string,
  command: readonly string[],
  longest: number,
): Promise<{status: number; output: string}> {
  // It ends with this process, however this one ends.
  const words = [
    '--pdeathsig',
    'KILL',
    'unshare',
    '--user',
    'sh',
    '-c',
    script,
    'sh',
    qemu,
    root,
    ...command,
  ];
  const child = spawn('/usr/bin/setpriv', words, {stdio: ['pipe', 'pipe', 'pipe']});
  let output = '';
  const keep = (text: string) => {
    output += text;
  };
  child.stderr.setEncoding('utf8').on('data', keep);
  child.stdin.on('error', () => {}); // it ended before it read: its exit status tells
  const closed = once(child, 'close');
  const guard = setTimeout(() => child.kill('SIGKILL'), longest);
  const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  keep(first.replace('mapped?\n', ''));
  child.stdout.on('data', keep);
  // All users and groups are there under their own numbers.
  for (const map of ['uid_map', 'gid_map']) {
    writeFileSync(join('/proc', String(child.pid), map), '0 0 4294967295');
  }
  child.stdin.write('yes\n');
  const [status] = (await closed) as [number | null];
  clearTimeout(guard);
  return {status: status ?? -1, output};
}
