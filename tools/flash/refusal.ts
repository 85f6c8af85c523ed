import {type BlockDevice, withChildren} from './disks.ts';
import {inUnits} from './units.ts';

/** What a running system is made of. */
const SYSTEM = /^\/($|boot|efi|usr|var|home|etc|opt|srv|nix)|^\[SWAP\]$/;

/**
 * Why nothing may be written to a device, in words for people; undefined where it may. `all` are the devices of this machine,
 * `imageSize` is in bytes, 0 where it does not matter yet. A loop device is taken for what it was made for, a try.
 */
export function whyNot(
  {path, type, size, readOnly, removable}: BlockDevice,
  all: readonly BlockDevice[],
  imageSize: number,
): string | undefined {
  const whole = all.find((one) => withChildren(one).some((part) => part.path === path))!;
  const itself = withChildren(whole).find((one) => one.path === path)!;
  if (type === 'part') return `it is a partition: the whole disk is ${whole.path}`;
  if (type !== 'disk' && type !== 'loop') return `it is no disk (lsblk calls it ${type})`;
  if (size === 0) return 'there is no card in it';
  const mounted = withChildren(itself).flatMap((one) =>
    one.mountPoints.map((point) => ({point, path: one.path})),
  );
  const ofSystem = mounted.find(({point}) => SYSTEM.test(point));
  if (ofSystem) return `it holds the running system (${ofSystem.path} is ${ofSystem.point})`;
  const [first] = mounted;
  if (first) return `it is mounted: ${first.path} at ${first.point}. To unmount it: umount ${first.path}`;
  const user = withChildren(itself).find((one) => !['disk', 'part', 'loop'].includes(one.type));
  if (user) return `it is in use (${user.path}, ${user.type})`;
  if (type === 'disk' && !removable) return 'it is built in, and no card or stick';
  if (readOnly)
    return 'it is write-protected. Cards have a switch for that at their side, and so do their adapters';
  if (size < imageSize) {
    return `it is too small: it has ${inUnits(size)}, and the image needs ${inUnits(imageSize)}`;
  }
  return undefined;
}
