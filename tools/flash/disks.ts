import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import * as v from 'valibot';

const COLUMNS = [
  ...['PATH', 'TYPE', 'SIZE', 'RO', 'RM', 'HOTPLUG', 'TRAN', 'VENDOR', 'MODEL'],
  ...['LABEL', 'FSTYPE', 'MOUNTPOINTS'],
];

/** A block device as lsblk tells of it, with those that lie on it: partitions, encrypted volumes and so on. */
export interface BlockDevice {
  /** Such as `/dev/sdb`. */
  readonly path: string;
  /** `disk`, `part`, `loop`, `rom`, `crypt`, `lvm`, `raid1` and others. */
  readonly type: string;
  /** In bytes; 0 for a reader without a card. */
  readonly size: number;
  readonly readOnly: boolean;
  readonly removable: boolean;
  /** What it is called by its maker; may be empty. */
  readonly product: string;
  /** How it is connected, such as `usb` or `mmc`; may be empty. */
  readonly transport: string;
  /** The file system's label, or what kind it is; may be empty. */
  readonly content: string;
  /** Where it is mounted; `[SWAP]` for swap space. */
  readonly mountPoints: readonly string[];
  readonly children: readonly BlockDevice[];
}

// Versions of lsblk differ in what is a text: sizes and flags were ones until 2.33.
const flag = v.pipe(
  v.union([v.boolean(), v.picklist(['0', '1'])]),
  v.transform((value) => value === true || value === '1'),
);
const text = v.pipe(
  v.nullable(v.string()),
  v.transform((value) => (value ?? '').trim()),
);
const size = v.pipe(v.union([v.number(), v.string(), v.null()]), v.transform(Number), v.safeInteger());

const device: v.GenericSchema<unknown, BlockDevice> = v.pipe(
  v.object({
    path: v.string(),
    type: v.string(),
    size,
    ro: flag,
    rm: flag,
    hotplug: flag,
    tran: text,
    vendor: text,
    model: text,
    label: text,
    fstype: text,
    mountpoints: v.array(v.nullable(v.string())),
    children: v.optional(v.array(v.lazy(() => device)), []),
  }),
  v.transform((told) => ({
    path: told.path,
    type: told.type,
    size: told.size,
    readOnly: told.ro,
    // A card's slot is told as one that can be plugged while it runs, what is in it not as removable.
    removable: told.rm || told.hotplug || told.tran === 'usb',
    product: [told.vendor, told.model].filter(Boolean).join(' '),
    transport: told.tran,
    content: told.label || told.fstype,
    mountPoints: told.mountpoints.filter((point) => point !== null),
    children: told.children,
  })),
);

/**
 * Reads what `lsblk --json --bytes` says.
 * @throws Error where it is not what it should be.
 */
export function parseDisks(output: string): BlockDevice[] {
  const told = v.safeParse(v.object({blockdevices: v.array(device)}), JSON.parse(output));
  if (told.success) return told.output.blockdevices;
  const [issue] = told.issues;
  throw new Error(`lsblk says something unexpected at ${v.getDotPath(issue)}: ${issue.message}`);
}

/** All block devices of this machine. @throws Error in words for people where they cannot be listed. */
export async function listDisks(): Promise<BlockDevice[]> {
  const words = ['--json', '--bytes', '--output', COLUMNS.join(',')];
  try {
    const {stdout} = await promisify(execFile)('lsblk', words, {env: {...process.env, LC_ALL: 'C'}});
    return parseDisks(stdout);
  } catch (error) {
    throw new Error(`The disks cannot be listed: ${(error as Error).message}`);
  }
}

/** A device and all that lies on it. */
export function withChildren(one: BlockDevice): BlockDevice[] {
  return [one, ...one.children.flatMap(withChildren)];
}
