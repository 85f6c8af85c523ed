/**
 * Writes an image to a card:
 *
 *     node tools/flash.ts IMAGE DEVICE [--settings FILE.yaml] [--yes]
 *     node tools/flash.ts                 which cards and sticks there are
 *
 * IMAGE is the .img.zst that `make image` made, or any other image of a disk, packed so or not; its .sha256 and .map.json
 * are used where they lie beside it. DEVICE is a whole disk, or a file in its place.
 */
import {parseArgs} from 'node:util';
import {describeAll} from './flash/describe.ts';
import {listDisks} from './flash/disks.ts';
import {flash, UnusableCard} from './flash/flash.ts';
import {askSettings, readSettings} from './flash/setup-file.ts';
import {openTerminal, type Terminal} from './flash/terminal.ts';

const usage = `usage: make flash IMAGE=doorline-….img.zst DEVICE=/dev/… [SETTINGS=settings.yaml]
       make flash                      lists the cards and sticks
`;
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const {values, positionals} = parseArgs({
    options: {settings: {type: 'string'}, yes: {type: 'boolean', default: false}},
    allowPositionals: true,
  });
  const [image, device] = positionals;
  if (device === undefined) {
    process.stdout.write(`${describeAll(await listDisks())}\n\n${usage}`);
    return image === undefined ? 0 : 2;
  }
  if (positionals.length > 2) throw new Error(usage);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort(new Error('Stopped.')));
  }
  const fromFile = values.settings === undefined ? undefined : await readSettings(values.settings);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  let terminal: Terminal | undefined;
  const ask = () => {
    terminal ??= openTerminal(stop.signal);
    return terminal.ask;
  };
  try {
    await flash({
      image: image!,
      device,
      screen: process.stdout,
      stop: stop.signal,
      async settings() {
        if (fromFile !== undefined || !isTerminal) return fromFile;
        say(
          'Settings for the first start. Enter leaves one out: doorline-setup.yaml on the card can bring it later.',
        );
        return askSettings(ask(), say);
      },
      async confirm(disk) {
        if (values.yes || !isTerminal) return;
        say(`All that is on ${disk} will be lost.`);
        if (!/^y(es)?$/i.test(await ask()('Write the image (yes/no)?')))
          throw new Error('Nothing was written.');
      },
    });
    say(`Done: ${device} is ready. Put it into the board, and switch on.`);
    return 0;
  } catch (error) {
    if (process.stdout.isTTY) say('');
    process.stderr.write(`${(error as Error).message}\n`);
    if (error instanceof UnusableCard) {
      process.stderr.write(`${device} is not usable as it is: it does not start. Write it anew.\n`);
    }
    return stop.signal.aborted ? INTERRUPTED : 1;
  } finally {
    terminal?.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 2;
});
