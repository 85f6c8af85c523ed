import {globSync, lstatSync} from 'node:fs';
import {join} from 'node:path';
import {MiB} from './layout.ts';

/** What is told apart in the root: name and folders; each file counts for the first that it is in. */
const groups: readonly (readonly [string, ...string[]])[] = [
  ['Node.js', 'usr/lib/doorline/node'],
  ['firmware: program, page, native modules', 'usr/lib/doorline'],
  ['kernel modules', 'usr/lib/modules'],
  ['Wi-Fi firmware', 'usr/lib/firmware'],
  ['systemd and udev', 'usr/lib/systemd', 'usr/lib/udev', 'usr/bin/systemd', 'usr/bin/udevadm'],
  ['libraries', 'usr/lib'],
  ['programs', 'usr/bin', 'usr/sbin'],
  ['licences', 'usr/share/doc', 'usr/share/common-licenses'],
  ['everything else', ''],
];

/** A table of where the root's size goes, before it is packed. */
export function rootTable(tree: string): string[] {
  const sizes = new Map<string, number>();
  for (const path of globSync('**', {cwd: tree, exclude: ['bin', 'lib', 'sbin']})) {
    const file = join(tree, path);
    if (!lstatSync(file).isFile()) continue;
    const [name] = groups.find(([, ...folders]) => folders.some((folder) => path.startsWith(folder)))!;
    sizes.set(name, (sizes.get(name) ?? 0) + lstatSync(file).size);
  }
  return groups.map(([name]) => row(name, sizes.get(name) ?? 0));
}

/** One line: the name and the size in MiB. */
export function row(name: string, bytes: number): string {
  return `  ${name.padEnd(42)}${(bytes / MiB).toFixed(1).padStart(8)} MiB`;
}
