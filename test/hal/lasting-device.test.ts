import {rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {LastingDevice} from '../../hal/linux/lasting-device.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {startRun} from '../support/run-folder.ts';

type Context = Parameters<typeof startRun>[0];

/** A device whose file the test makes and removes, and which works or not. */
function makeDevice(context: Context) {
  const clock = new FakeClock();
  const path = join(startRun(context).folder, 'device');
  const device = {
    clock,
    path,
    /** What it refuses to open with. */
    fault: undefined as string | undefined,
    opened: 0,
    closed: 0,
    told: [] as string[],
    lose: (_: string): void => {},
    plugIn: () => writeFileSync(path, ''),
    unplug: () => rmSync(path),
    /** Lets time pass, and promises be kept. */
    pass: async (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed += 250) {
        clock.advance(250);
        await new Promise(setImmediate);
      }
    },
  };
  const lasting = new LastingDevice({
    find: () => path,
    open: async (_, lost) => {
      if (device.fault !== undefined) throw new Error(device.fault);
      device.opened += 1;
      device.lose = lost;
      const close = () => {
        device.closed += 1;
      };
      return {close};
    },
    changed: (opened, reason) => device.told.push(opened === undefined ? reason : 'open'),
    clock,
  });
  return Object.assign(device, {lasting});
}

test('a device is opened as soon as it is there, and told of once while it is not', async (context) => {
  const device = makeDevice(context);
  await device.pass(10_000);
  expect(device.told).toEqual(['it is not plugged in']);
  device.plugIn();
  await device.pass(2_000);
  expect(device.told).toEqual(['it is not plugged in', 'open']);
});

test('that it is gone is seen though its driver tells nothing, and it is opened when it is back', async (context) => {
  const device = makeDevice(context);
  device.plugIn();
  await device.pass(250);
  device.unplug();
  await device.pass(2_000);
  expect(device.told).toEqual(['open', 'it was unplugged']);
  expect(device.closed).toBe(1);
  device.plugIn();
  await device.pass(4_000);
  expect(device.told).toEqual(['open', 'it was unplugged', 'open']);
});

test('a device that was replaced while nobody looked is opened anew', async (context) => {
  const device = makeDevice(context);
  device.plugIn();
  await device.pass(250);
  device.unplug();
  await new Promise((resolve) => setTimeout(resolve, 10));
  device.plugIn();
  await device.pass(4_000);
  expect(device.opened).toBe(2);
});

test('a device whose file was only touched, as the device manager does, stays open', async (context) => {
  const device = makeDevice(context);
  device.plugIn();
  await device.pass(250);
  await new Promise((resolve) => setTimeout(resolve, 10));
  utimesSync(device.path, new Date(), new Date());
  await device.pass(4_000);
  expect([device.opened, device.told]).toEqual([1, ['open']]);
});

test('one that fails is tried at longer and longer intervals, of half a minute at most', async (context) => {
  const device = makeDevice(context);
  device.plugIn();
  for (let minute = 0; minute < 60; minute += 1) {
    device.lose('it was unplugged');
    await device.pass(1_000);
  }
  // Lost once a second if it were opened at once.
  expect(device.opened).toBeLessThan(8);
  await device.pass(31_000);
  const before = device.opened;
  await device.pass(60_000);
  device.lose('it was unplugged');
  await device.pass(500);
  expect(device.opened).toBe(before + 1);
});

test('why it cannot be opened is told', async (context) => {
  const device = makeDevice(context);
  device.fault = 'another program holds it';
  device.plugIn();
  await device.pass(60_000);
  expect(device.told).toEqual(['another program holds it']);
  device.fault = 'this program may not open it';
  await device.pass(60_000);
  expect(device.told).toEqual(['another program holds it', 'this program may not open it']);
  device.fault = undefined;
  await device.pass(30_000);
  expect(device.told.at(-1)).toBe('open');
});

test('a path that leads nowhere is like a device that is not there', async (context) => {
  const device = makeDevice(context);
  symlinkSync(device.path, device.path);
  await device.pass(5_000);
  expect(device.told).toEqual(['it is not plugged in']);
});

test('closed, it stays closed', async (context) => {
  const device = makeDevice(context);
  device.plugIn();
  await device.pass(250);
  device.lasting.close();
  device.lose('late');
  await device.pass(10_000);
  expect([device.opened, device.closed, device.told]).toEqual([1, 1, ['open']]);
});
