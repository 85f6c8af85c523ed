import {constants, existsSync, realpathSync, statSync} from 'node:fs';
import {findBootPartition, hasMtools, putFile} from './boot-partition.ts';
import {describe} from './describe.ts';
import {type BlockDevice, listDisks, withChildren} from './disks.ts';
import {type Image, openImage} from './image.ts';
import {Progress, type Screen} from './progress.ts';
import {whyNot} from './refusal.ts';
import {SETUP_FILE} from './setup-file.ts';
import {inUnits} from './units.ts';
import {Target} from './write-image.ts';

const {O_RDWR, O_CREAT, O_EXCL, O_DSYNC} = constants;

export interface FlashOptions {
  readonly image: string;
  readonly device: string;
  /** What is to stand in the file of the first boot, or how to ask for it when the image is known to be good. */
  readonly settings: () => Promise<string | undefined>;
  /** Asks before a disk is overwritten, whose description it is given. */
  readonly confirm: (disk: string) => Promise<void>;
  readonly screen: Screen;
  readonly stop: AbortSignal;
}

/** The card was begun and not finished: what it held is lost, and it does not start. */
export class UnusableCard extends Error {}

/**
 * Writes an image to a card, or to a file in its place: checks image and device before anything is touched, writes what the
 * map names, reads it back, and adds the settings of the first boot.
 * @throws Error in words for people; UnusableCard where the card is to be written anew.
 */
export async function flash({
  image: file,
  device,
  settings,
  confirm,
  screen,
  stop,
}: FlashOptions): Promise<void> {
  const path = existsSync(device) ? realpathSync(device) : device;
  if (existsSync(file) && path === realpathSync(file))
    throw new Error('The image cannot be written onto itself.');
  const disk = await findDisk(path, 0);
  const checking = progress('Checking', existsSync(file) ? statSync(file).size : 0, screen);
  const image = await openImage(file, (bytes) => {
    stop.throwIfAborted();
    checking.show(bytes);
  });
  for (const doubt of image.doubts) screen.write(`${doubt}\n`);
  await findDisk(path, image.size);
  const setup = await settings();
  if (setup !== undefined && !(await hasMtools())) {
    throw new Error('To write settings, mtools is needed (Debian: apt install mtools).');
  }
  await confirm(disk === undefined ? `the file ${path}` : describe(disk));
  const target = await Target.open(path, O_RDWR | O_DSYNC | (disk === undefined ? O_CREAT : O_EXCL));
  try {
    if (disk === undefined) await target.extend(Math.max(statSync(path).size, image.size));
    await writeAll(target, image, setup, screen, stop).catch(async (error: Error) => {
      await target.spoil();
      throw new UnusableCard(error.message);
    });
  } finally {
    await target.close();
  }
}

/** The device that a path names; undefined for a file. @throws Error where nothing may be written to it. */
async function findDisk(path: string, imageSize: number): Promise<BlockDevice | undefined> {
  const status = statSync(path, {throwIfNoEntry: false});
  if (status === undefined && path.startsWith('/dev/')) throw new Error(`There is no device ${path}.`);
  if (status === undefined) return undefined;
  if (status.isFile()) {
    if (status.size >= imageSize) return undefined;
    throw new Error(
      `Nothing is written to ${path}: it is a file of ${inUnits(status.size)}, and the image needs ${inUnits(imageSize)}. Name one that does not exist yet.`,
    );
  }
  if (!status.isBlockDevice())
    throw new Error(`Nothing is written to ${path}: it is neither a disk nor a file.`);
  const disks = await listDisks();
  const disk = disks.flatMap(withChildren).find((one) => one.path === path);
  if (disk === undefined) throw new Error(`Nothing is written to ${path}: lsblk does not know it.`);
  const reason = whyNot(disk, disks, imageSize);
  if (reason !== undefined) throw new Error(`Nothing is written to ${path}: ${reason}.`);
  return disk;
}

async function writeAll(
  target: Target,
  image: Image,
  setup: string | undefined,
  screen: Screen,
  stop: AbortSignal,
): Promise<void> {
  const writing = progress('Writing', image.mapped, screen);
  const written = await target.write(image.pieces(), image.size, {
    stop,
    onProgress: (bytes) => writing.show(bytes),
  });
  const comparing = progress('Reading', image.mapped, screen);
  await target.compare(written, {stop, onProgress: (bytes) => comparing.show(bytes)});
  // The device stays ours until they are there: nobody can mount it meanwhile.
  if (setup !== undefined) await addSettings(target, setup, stop);
}

async function addSettings(target: Target, setup: string, stop: AbortSignal): Promise<void> {
  const {path} = target;
  const offset = await findBootPartition(path);
  if (offset === undefined)
    throw new Error('The settings cannot be written: the image has no boot partition.');
  try {
    await putFile(path, offset, SETUP_FILE, setup, stop);
    await target.sync();
    stop.throwIfAborted();
  } catch (error) {
    stop.throwIfAborted();
    throw new Error(`The settings cannot be written: ${(error as Error).message}`);
  }
}

function progress(title: string, total: number, screen: Screen): Progress {
  return new Progress(title, total, screen, () => performance.now());
}
