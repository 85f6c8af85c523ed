/**
 * Builds the image and boots it in a virtual machine, as a board does from a card:
 *
 *     node test/board/main.ts [--full] [ARGUMENT OF VITEST ...]
 *
 * Without --full and without names only those tests run that a continuous-integration machine has the time for, or those that
 * are named. The tests run in a network of their own, with one cable, to the board; that and the tap interface need root. Everything is emulated: this is about
 * function, not about time. To look around in the machine: what it says is in serial-N.log in the folder of a test.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuiltImage, buildImage} from '../../tools/image/build-image.ts';
import {keysIn, makeKeys} from '../../tools/image/keys.ts';
import {LackingError} from '../../tools/image/lacking.ts';
import {built} from '../../tools/image/layout.ts';
import {findProgram} from '../../tools/setup/programs.ts';
import {CABLE, HOST} from './support/network.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const say = (line: string) => void process.stdout.write(`${line}\n`);
const full = process.argv[2] === '--full';
const named = process.argv.slice(full ? 3 : 2);
/** Every kind of card for the script that chooses the slot, one boot to calls, and a few power cuts. */
const QUICK = ['boot-script', 'board/boot.test', 'power-cut'];
const rest = full || named.length > 0 ? named : QUICK;
/** What the image for a Raspberry Pi 5 is built for, besides the other. */
const PI_5 = ['test/board/raspberry-pi-5.test.ts', 'test/board/reproducible.test.ts'];

if (process.getuid?.() !== 0) {
  notRun('they need root, for a network of their own');
} else {
  const into = join(built, 'test');
  // Keys of the tests' own: those of whoever works here are not touched.
  const keys = join(into, 'keys');
  mkdirSync(into, {recursive: true});
  if (!existsSync(keysIn(keys).authority)) await makeKeys(keys);
  const images = {
    'raspberry-pi-3': await build('raspberry-pi-3', into, keys),
    'raspberry-pi-5': runs(PI_5)
      ? await build('raspberry-pi-5', join(into, 'raspberry-pi-5'), keys)
      : undefined,
  };
  if (images['raspberry-pi-3'] !== undefined) process.exitCode = runTests(images);
}

/** Whether one of these files is among those that run. */
function runs(files: readonly string[]): boolean {
  if (rest.length === 0) return true;
  return files.some((file) => rest.some((name) => file.includes(name)));
}

/** The image of a board; undefined where this machine cannot build it, which is told. */
async function build(board: string, into: string, keys: string): Promise<BuiltImage | undefined> {
  try {
    return await buildImage({board, keys, into, acceptNewer: true, keepWork: true, say});
  } catch (error) {
    if (!(error instanceof LackingError)) throw error;
    notRun(error.message);
    return undefined;
  }
}

/** @returns the exit status of vitest. */
function runTests(images: Readonly<Record<string, BuiltImage | undefined>>): number {
  const network =
    `ip link set lo up && ip tuntap add ${CABLE} mode tap && ip addr add ${HOST}/24 dev ${CABLE} && ` +
    `ip link set ${CABLE} up && exec "$@"`;
  const command = [process.execPath, vitest, 'run', '--project', 'board', ...rest];
  const {status} = spawnSync(
    findProgram('unshare') ?? 'unshare',
    ['--net', 'sh', '-c', network, 'sh', ...command],
    {
      stdio: 'inherit',
      env: {...process.env, DOORLINE_IMAGES: JSON.stringify(images), DOORLINE_FULL: full ? '1' : ''},
    },
  );
  return status ?? 1;
}

function notRun(reason: string): void {
  say(`Not run here: the tests that boot the image (${reason})`);
  if (process.env['REQUIRE_ALL'] === '1') process.exitCode = 1;
}
