import type {BuiltImage} from '../../../tools/image/build-image.ts';
import {notRunHere, requirePeers} from '../../support/peers/require.ts';
import {type Run, startRun} from '../../support/run-folder.ts';
import {BoardMachine, type MachineOptions} from './board-machine.ts';
import {startDhcp} from './network.ts';

type Context = Parameters<typeof requirePeers>[0] & Parameters<typeof startRun>[0];

/** The images that main.ts has built, by their boards. */
const images = JSON.parse(process.env['DOORLINE_IMAGES'] ?? '{}') as Record<string, BuiltImage | undefined>;

/** That of most tests. */
export const image = images['raspberry-pi-3'] ?? ({} as BuiltImage);

/** That of a board; where there is none, the test is skipped, or fails, as where peers are missing. */
export function imageOf(context: Context, board: string): BuiltImage {
  return images[board] ?? notRunHere(context, `there is no image for ${board}`);
}

/** A board with the image on its card, and the network it is in; not switched on yet. */
export async function makeBoard(context: Context, options: Partial<MachineOptions> = {}) {
  requirePeers(context, ...boardPeers);
  const run = startRun(context);
  return {run, machine: await boardOf(run, options)};
}

/** What every board needs here. */
export const boardPeers = ['qemu-arm', 'dnsmasq', 'mtools', 'e2fsprogs'] as const;

/** The same for a run that has begun already. */
export async function boardOf(run: Run, options: Partial<MachineOptions> = {}): Promise<BoardMachine> {
  startDhcp(run);
  return BoardMachine.create(run, {image: image.disk, uBoot: image.uBoot, ...options});
}

/** Waits until the board's firmware has told systemd that it is ready, and everything else has started. */
export async function stationReady(machine: BoardMachine): Promise<void> {
  await machine.waitForConsole(/root@\S+:\/# /);
  await machine.inside('systemctl is-system-running --wait');
  await machine.waitUntil('the station is ready', async () => {
    const {output} = await machine.inside('systemctl is-active doorline || sleep 2');
    return output.split('\n').at(-1) === 'active';
  });
}
