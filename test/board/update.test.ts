import {expect, test} from 'vitest';
import {makeBoard, stationReady} from './support/board.ts';
import type {BoardMachine} from './support/board-machine.ts';
import * as bundles from './support/bundles.ts';
import {quietStation} from './support/configuration.ts';
import {serveUpdates} from './support/update-server.ts';

/** As the station's user, who is not root. */
const asStation = 'setpriv --reuid=doorline --regid=doorline --clear-groups';

test('updates: refused where they must be, back where the kernel is broken, and good in slot B', async (context) => {
  const {run, machine} = await makeBoard(context);
  const url = await serveUpdates(run);
  const install = async (name: string) => machine.inside(`${asStation} rauc install ${url(name)}`);
  await machine.writeToData('doorline/doorline.yaml', quietStation);
  await machine.start();
  await stationReady(machine);
  const before = await variables(machine);

  const refused = [
    ['truncated', bundles.truncatedBundle(run), /size|read|end of|fail/i],
    ['signed by somebody else', await bundles.foreignBundle(run), /signature|verif/i],
    ["another board's", await bundles.otherBoardsBundle(run), /compatible/i],
  ] as const;
  for (const [what, name, words] of refused) {
    const {status, output} = await install(name);
    expect(status, what).not.toBe(0);
    expect(output, what).toMatch(words);
    expect(await variables(machine), what).toEqual(before);
  }

  const broken = await install(await bundles.brokenKernelBundle(run));
  expect(broken.status, broken.output).toBe(0);
  expect(await variables(machine)).toMatchObject({BOOT_ORDER: 'B A', BOOT_B_LEFT: '2', BOOT_A_LEFT: '9'});
  await restart(machine);
  expect(machine.console).toContain('Slot B cannot be started');
  expect(await slotOf(machine)).toBe('A');
  expect(await variables(machine)).toMatchObject({BOOT_B_LEFT: '0', BOOT_A_LEFT: '9'});

  const good = await install(bundles.goodBundle(run));
  expect(good.status, good.output).toBe(0);
  await restart(machine);
  expect(await slotOf(machine)).toBe('B');
  expect(await variables(machine)).toMatchObject({BOOT_ORDER: 'B A', BOOT_A_LEFT: '9'});
  await machine.inside(`${asStation} rauc status mark-good`);
  expect(await variables(machine)).toMatchObject({BOOT_ORDER: 'B A', BOOT_B_LEFT: '9', BOOT_A_LEFT: '9'});
});

test('an update whose firmware does not start is left again after two tries', async (context) => {
  const {run, machine} = await makeBoard(context);
  const url = await serveUpdates(run);
  const name = await bundles.brokenFirmwareBundle(run);
  await machine.writeToData('doorline/doorline.yaml', quietStation);
  await machine.start();
  await stationReady(machine);
  const {status, output} = await machine.inside(`${asStation} rauc install ${url(name)}`);
  expect(status, output).toBe(0);
  machine.forget();
  await machine.inside('/usr/lib/doorline-board/restart');
  await machine.waitForConsole(/Slot B is on trial[\s\S]*Slot B is on trial[\s\S]*Starting slot A/);
  await stationReady(machine);
  expect(await slotOf(machine)).toBe('A');
  expect(await variables(machine)).toMatchObject({BOOT_A_LEFT: '9', BOOT_B_LEFT: '0'});
});

async function variables(machine: BoardMachine): Promise<Record<string, string>> {
  const {output} = await machine.inside('fw_printenv');
  return Object.fromEntries(output.split('\n').map((line) => line.split('=') as [string, string]));
}

async function slotOf(machine: BoardMachine): Promise<string | undefined> {
  const {output} = await machine.inside('cat /proc/cmdline');
  return /rauc\.slot=(\w)/.exec(output)?.[1];
}

async function restart(machine: BoardMachine): Promise<void> {
  machine.forget();
  await machine.inside('/usr/lib/doorline-board/restart');
  await machine.waitForConsole(/Starting kernel/);
  await stationReady(machine);
}
