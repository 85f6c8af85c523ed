import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import type {RunningProcess} from '../support/processes.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

const PATIENCE = 20_000;

/** Somebody else's socket for what services tell of themselves; each datagram comes out as it is. */
async function listen(run: Run, address: string): Promise<RunningProcess> {
  const receiver = run.processes.start(peerProgram('socat'), ['-d', '-d', '-u', address, 'STDOUT']);
  await receiver.waitForOutput(/starting data transfer loop/);
  return receiver;
}

/** What has come, without what socat itself says. */
const toldTo = ({output}: RunningProcess) =>
  output.match(/(READY|STOPPING|WATCHDOG)=1|STATUS=[a-zA-Z ]+/g) ?? [];

test('a service manager hears that the station is ready, that its threads work, and that it stops', async (context) => {
  requirePeers(context, 'socat');
  const run = startRun(context);
  const socket = join(run.folder, 'notify');
  const receiver = await listen(run, `UNIX-RECV:${socket}`);
  const environment = {NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1500000'};
  const station = await TestStation.start(run, {name: 'Gate'}, {environment});
  const meals = () => toldTo(receiver).filter((one) => one === 'WATCHDOG=1').length;
  await vi.waitFor(() => expect(meals()).toBeGreaterThan(3), PATIENCE);
  expect(await station.stop()).toBe(0);
  const told = toldTo(receiver);
  expect(told.slice(0, 2)).toEqual(['READY=1', 'STATUS=Gate is ready']);
  expect(told.filter((one) => one !== 'WATCHDOG=1').slice(2)).toEqual([
    'STOPPING=1',
    'STATUS=Hanging up and unregistering',
  ]);
});

test('a station that is not the process that is watched does not feed, by an abstract socket', async (context) => {
  requirePeers(context, 'socat');
  const run = startRun(context);
  const name = `doorline-${process.pid}-notify`;
  const receiver = await listen(run, `ABSTRACT-RECV:${name}`);
  const environment = {NOTIFY_SOCKET: `@${name}`, WATCHDOG_USEC: '300000', WATCHDOG_PID: '1'};
  const station = await TestStation.start(run, {}, {environment});
  await vi.waitFor(() => expect(toldTo(receiver)).toContain('READY=1'), PATIENCE);
  await station.state();
  expect(await station.stop()).toBe(0);
  expect(toldTo(receiver)).not.toContain('WATCHDOG=1');
});
