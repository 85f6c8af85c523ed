import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {readSystemFacts} from '../../hal/linux/system-facts.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {ProcessorSensors} from './support/processor-sensors.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

test('the temperature of the processor, and that the kernel slows it down until it has cooled', async (context) => {
  const sensors = new ProcessorSensors(context);
  const facts = (expected: object) => vi.waitFor(() => expect(readSystemFacts()).toEqual(expected), 10_000);
  sensors.temperature = 61.27;
  await facts({temperature: 61.3, throttled: false, undervoltage: false});
  sensors.temperature = 85;
  await facts({temperature: 85, throttled: true, undervoltage: false});
  sensors.undervoltage = true;
  sensors.temperature = 55;
  await facts({temperature: 55, throttled: false, undervoltage: true});
});

test("what a Raspberry Pi's firmware tells counts where the kernel hands it on", (context) => {
  const sensors = new ProcessorSensors(context);
  sensors.firmwareTells = true;
  expect(readSystemFacts()).toEqual({temperature: 50, throttled: false, undervoltage: false});
  sensors.throttled = 0x5_0005;
  expect(readSystemFacts()).toEqual({temperature: 50, throttled: true, undervoltage: true});
  sensors.throttled = 0x5_0000;
  expect(readSystemFacts()).toEqual({temperature: 50, throttled: false, undervoltage: false});
});

test('a station on a hot board with a weak supply tells so', async (context) => {
  const sensors = new ProcessorSensors(context);
  sensors.temperature = 84.6;
  sensors.undervoltage = true;
  await vi.waitFor(() => expect(readSystemFacts().throttled).toBe(true), 10_000);
  const station = await TestStation.start(startRun(context), {board: 'pc'}, {program: bundle});
  for (const kind of ['too-hot', 'slowed-down', 'voltage-low']) await station.waitForEntry(kind);
  expect(await station.get('/api/status')).toMatchObject({
    system: {temperature: 84.6, throttled: true, undervoltage: true},
  });
  expect(await station.stop()).toBe(0);
});
