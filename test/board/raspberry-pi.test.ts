import {expect, test} from 'vitest';
import {makeBoard, stationReady} from './support/board.ts';
import {stationThat} from './support/configuration.ts';

test('on an emulated Raspberry Pi 3, with its own U-Boot, SD card and device tree, the station starts', async (context) => {
  const {machine} = await makeBoard(context, {model: 'raspi3b'});
  await machine.writeToData('doorline/doorline.yaml', stationThat(''));
  const start = performance.now();
  await machine.start();
  await machine.waitForConsole(/Starting kernel/);
  const toKernel = performance.now() - start;
  await stationReady(machine);
  const toReady = performance.now() - start - toKernel;
  expect(await machine.api('GET', '/api/status')).toMatchObject({status: 200});
  const inside = async (command: string) => (await machine.inside(command)).output;
  expect(await inside('tr -d "\\0" < /proc/device-tree/model')).toContain('Raspberry Pi 3 Model B');
  expect(await inside('readlink -f /dev/doorline-disk')).toMatch(/^\/dev\/mmcblk\d$/);
  expect(await inside('cat /sys/bus/spi/devices/spi0.0/modalias')).toBe('spi:dh2228fv');
  const [uBoot, rest] = [toKernel, toReady].map((ms) => (ms / 1000).toFixed(0));
  console.log(
    `Raspberry Pi 3: U-Boot took ${uBoot} s, from the kernel's start to the station it took ${rest} s`,
  );
});

test('what a device at the serial port says from power-on on does not stop U-Boot', async (context) => {
  const {machine} = await makeBoard(context, {model: 'raspi3b'});
  await machine.start();
  // A key like any other while U-Boot waits for one, Ctrl-C while it runs the script, and ETX in many protocols.
  const device = setInterval(() => machine.type('\x03'), 100);
  context.onTestFinished(() => clearInterval(device));
  await machine.waitForConsole(/Starting kernel/);
  await machine.cutPower();
});
