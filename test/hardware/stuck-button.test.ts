import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));
/** More than the minute that a button is held until it is stuck; in real time, which a busy machine cannot shorten (ms). */
const A_MINUTE = 65_000;

interface Status {
  readonly buttons: readonly {readonly pressed: boolean; readonly stuck: boolean}[];
}

test('a button that is held for a minute is stuck, and works again once it is released', async (context) => {
  const sim = GpioSim.make(context);
  sim.pull('GPIO17', 'up');
  const station = await TestStation.start(
    startRun(context),
    {
      board: 'virtual-machine',
      buttons: [{name: 'bell', input: 'button-1', call: ['sip:nobody@127.0.0.1:9']}],
    },
    {program: bundle},
  );
  const bell = async () => (await station.get<Status>('/api/status')).buttons[0]!;

  sim.pull('GPIO17', 'down');
  const pressed = await station.waitForEntry('button-pressed');
  const stuck = await station.waitForEntry('button-stuck', pressed.seq, A_MINUTE);
  expect(Date.parse(stuck.at) - Date.parse(pressed.at)).toBeGreaterThan(59_000);
  expect(await bell()).toMatchObject({pressed: true, stuck: true});

  sim.pull('GPIO17', 'up');
  const free = await station.waitForEntry('button-free', stuck.seq);
  expect(await bell()).toMatchObject({pressed: false, stuck: false});
  sim.pull('GPIO17', 'down');
  await station.waitForEntry('button-pressed', free.seq);
  sim.pull('GPIO17', 'up');
  expect(await station.stop()).toBe(0);
});
