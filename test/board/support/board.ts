import type {BuiltImage} from '../../../tools/image/build-image.ts';
import {requirePeers} from '../../support/peers/require.ts';
import {type Run, startRun} from '../../support/run-folder.ts';
import {BoardMachine, type MachineOptions} from './board-machine.ts';
import {startDhcp} from './network.ts';

/** The image that main.ts has built. */
export const image = JSON.parse(process.env['DOORLINE_IMAGE'] ?? '{}') as BuiltImage;

type Context = Parameters<typeof requirePeers>[0] & Parameters<typeof startRun>[0];

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
