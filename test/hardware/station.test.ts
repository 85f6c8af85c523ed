import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

test('a finger on the button rings a phone, 7 closes the relay for its time, and a kill lets go of the door', async (context) => {
  requirePeers(context, 'baresip');
  const sim = GpioSim.make(context);
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: makeSpeech(4, 12)});
  const station = await TestStation.start(
    run,
    {
      board: 'virtual-machine',
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
      doors: [{name: 'front', output: 'relay-1', open_seconds: 5, code: '7'}],
    },
    {program: bundle},
  );
  const relay = () => sim.level('GPIO23');
  expect(relay()).toBe('low');

  sim.pull('GPIO17', 'down');
  await phone.waitFor('CALL_INCOMING');
  sim.pull('GPIO17', 'up');
  await phone.accept();
  await station.waitForState('talking');

  await phone.sendDigits('7');
  await vi.waitFor(() => expect(relay()).toBe('high'), 10_000);
  await station.waitForEntry('door-opened');
  await vi.waitFor(() => expect(relay()).toBe('low'), 10_000);
  await station.waitForEntry('door-closed');

  await phone.sendDigits('7');
  await vi.waitFor(() => expect(relay()).toBe('high'), 10_000);
  station.process.signal('SIGKILL');
  await vi.waitFor(() => expect(relay()).toBe('low'), 10_000);
});
