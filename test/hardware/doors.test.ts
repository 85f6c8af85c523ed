import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

for (const driver of ['the character device', 'sysfs'] as const) {
  test(`exit button, door contact, tamper loop and a lock that opens without current, by ${driver}`, async (context) => {
    const sim = GpioSim.make(context);
    // The loops of contact and tamper are closed: shut, and whole.
    for (const loop of ['GPIO6', 'GPIO13']) sim.pull(loop, 'down');
    sim.pull('GPIO5', 'up');
    if (driver === 'sysfs') sim.hideDevice();
    const station = await TestStation.start(
      startRun(context),
      {
        board: 'virtual-machine',
        doors: [
          {
            name: 'front',
            output: 'relay-1',
            inverted: true,
            open_seconds: 2,
            exit: 'input-1',
            contact: 'input-2',
            held_open_seconds: 5,
          },
        ],
        tamper: 'input-3',
      },
      {program: bundle},
    );
    if (driver === 'the character device') {
      // The simulated chip takes the resistor in the processor for the pull of the contact.
      for (const loop of ['GPIO6', 'GPIO13']) sim.pull(loop, 'down');
      for (const kind of ['door-shut', 'tamper-ended']) await station.waitForEntry(kind);
    }
    const lock = () => sim.level('GPIO23');
    expect(lock()).toBe('high');
    let seen = await station.lastSequence();
    const tells = async (kind: string) => {
      const entry = await station.waitForEntry(kind, seen);
      seen = entry.seq;
      return entry;
    };

    sim.pull('GPIO5', 'down');
    await tells('door-opened');
    expect(lock()).toBe('low');
    sim.pull('GPIO5', 'up');
    await tells('door-closed');
    expect(lock()).toBe('high');

    sim.pull('GPIO5', 'down');
    await tells('door-opened');
    sim.pull('GPIO6', 'up');
    await tells('door-ajar');
    sim.pull('GPIO5', 'up');
    await tells('door-left-open');
    sim.pull('GPIO6', 'down');
    await tells('door-shut');
    sim.pull('GPIO6', 'up');
    await tells('door-forced');

    sim.pull('GPIO13', 'up');
    await tells('tamper');
    sim.pull('GPIO5', 'down');
    await tells('entry-blocked');
    expect(lock()).toBe('high');
    sim.pull('GPIO13', 'down');
    await tells('tamper-ended');
    expect(await station.stop()).toBe(0);
  });
}
