import {expect, test} from 'vitest';
import {makeBoard, stationReady} from './support/board.ts';
import type {BoardMachine} from './support/board-machine.ts';
import * as bundles from './support/bundles.ts';
import {openStation} from './support/configuration.ts';
import {installUpdate, slotOf, slotVariables, type UpdateStatus} from './support/slots.ts';
import {allowApi, eventAfter, lastEntry} from './support/station-api.ts';
import {serveUpdates} from './support/update-server.ts';

type Context = Parameters<typeof makeBoard>[0];

test('updates by the API: refused where they must be, back where the kernel is broken, good in slot B by its own self-test', async (context) => {
  const {run, machine, install} = await startBoard(context);
  const before = await slotVariables(machine);

  const refused = [
    ['truncated', bundles.truncatedBundle(run), /damaged/],
    ['signed by somebody else', await bundles.foreignBundle(run), /signature/],
    ["another board's", await bundles.otherBoardsBundle(run), /another kind of board/],
  ] as const;
  for (const [what, name, words] of refused) {
    const seq = await lastEntry();
    expect(await install(name), what).toMatchObject({state: 'refused', reason: expect.stringMatching(words)});
    expect(await eventAfter(machine, seq, 'update-refused'), what).toMatchObject({
      reason: expect.stringMatching(words),
    });
    expect(await slotVariables(machine), what).toEqual(before);
  }

  let seq = await lastEntry();
  machine.forget();
  expect(await install(await bundles.brokenKernelBundle(run))).toMatchObject({state: 'installed'});
  await machine.waitForConsole(/Slot B cannot be started[\s\S]*Starting slot A[\s\S]*Starting kernel/);
  await stationReady(machine);
  expect(await eventAfter(machine, seq, 'update-rolled-back')).toMatchObject({slot: 'A'});
  expect(await slotOf(machine)).toBe('A');
  expect(await slotVariables(machine)).toMatchObject({BOOT_A_LEFT: '9', BOOT_B_LEFT: '0'});

  seq = await lastEntry();
  machine.forget();
  expect(await install(bundles.goodBundle(run))).toMatchObject({state: 'installed'});
  await machine.waitForConsole(/Slot B is on trial[\s\S]*Starting slot B[\s\S]*Starting kernel/);
  await stationReady(machine);
  expect(await eventAfter(machine, seq, 'update-good')).toMatchObject({slot: 'B'});
  expect(await slotOf(machine)).toBe('B');
  expect(await slotVariables(machine)).toMatchObject({BOOT_ORDER: 'B A', BOOT_B_LEFT: '9', BOOT_A_LEFT: '9'});
  // Nobody else has marked it: what watches the trial has seen that it was done, and has not started anything anew.
  await machine.waitUntil('the watch over the trial has ended', async () => {
    const {output} = await machine.inside('systemctl show -P Result -P ActiveState doorline-trial');
    return output === 'inactive\nsuccess' || output === 'success\ninactive';
  });
});

test('an update whose firmware does not start is left again after two tries', async (context) => {
  const {run, machine, install} = await startBoard(context);
  await leftAgain(machine, async () => install(await bundles.brokenFirmwareBundle(run)));
});

test('an update whose self-test fails is left again after two tries, and the journal says why', async (context) => {
  const {run, machine, install} = await startBoard(context);
  const seq = await lastEntry();
  await leftAgain(machine, async () => install(await bundles.failingFirmwareBundle(run)));
  expect(await eventAfter(machine, seq, 'self-test-failed')).toMatchObject({
    failed: ['SIP listens'],
    trial: true,
  });
});

async function startBoard(context: Context) {
  const {run, machine} = await makeBoard(context);
  const url = await serveUpdates(run);
  await machine.writeToData('doorline/doorline.yaml', openStation);
  await allowApi(machine);
  await machine.start();
  await stationReady(machine);
  const install = (name: string) => installUpdate(machine, url(name));
  return {run, machine, install};
}

async function leftAgain(machine: BoardMachine, install: () => Promise<UpdateStatus>): Promise<void> {
  const seq = await lastEntry();
  machine.forget();
  expect(await install()).toMatchObject({state: 'installed'});
  await machine.waitForConsole(/Slot B is on trial[\s\S]*Slot B is on trial[\s\S]*Starting slot A/);
  machine.forget();
  await stationReady(machine);
  expect(await eventAfter(machine, seq, 'update-rolled-back')).toMatchObject({slot: 'A'});
  expect(await slotOf(machine)).toBe('A');
  expect(await slotVariables(machine)).toMatchObject({BOOT_A_LEFT: '9', BOOT_B_LEFT: '0'});
}
