import {type BlockDevice, withChildren} from './disks.ts';
import {whyNot} from './refusal.ts';
import {inUnits} from './units.ts';

/** A device in one line: `/dev/sdb  31.9 GB  Generic STORAGE DEVICE (usb)  has bootfs, rootfs`. */
export function describe(disk: BlockDevice): string {
  const transport = disk.transport === '' ? '' : `(${disk.transport})`;
  const contents = withChildren(disk).flatMap(({content}) => (content === '' ? [] : [content]));
  const holds = contents.length === 0 ? '' : `has ${contents.join(', ')}`;
  const product = [disk.product, transport].filter(Boolean).join(' ');
  return [disk.path, inUnits(disk.size), product, holds].filter(Boolean).join('  ');
}

/** What could be written to, and what could not and why. */
export function describeAll(disks: readonly BlockDevice[]): string {
  const judged = disks
    .filter(({type, size, removable}) => type === 'disk' && (size > 0 || removable))
    .map((disk) => ({disk, reason: whyNot(disk, disks, 0)}));
  const good = judged.filter(({reason}) => reason === undefined);
  const others = judged.filter(({reason}) => reason !== undefined);
  return [
    good.length === 0 ? 'There is no card or stick to write to.' : 'These can be written to:',
    ...good.map(({disk}) => `  ${describe(disk)}`),
    ...(others.length === 0 ? [] : ['These cannot:']),
    ...others.map(({disk, reason}) => `  ${describe(disk)}: ${reason}`),
  ].join('\n');
}
