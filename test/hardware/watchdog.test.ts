import {existsSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {HardwareError} from '../../hal/hal.ts';
import {openWatchdog} from '../../hal/linux/watchdog.ts';

const device = '/dev/watchdog';
const told = (name: string) => readFileSync(`/sys/class/watchdog/watchdog0/${name}`, 'utf8').trim();

test('the watch begins with the opening, takes our time, and ends with the closing', () => {
  expect(existsSync(device)).toBe(true);
  expect(told('state')).toBe('inactive');
  const watchdog = openWatchdog(device);
  expect([told('state'), told('timeout'), watchdog.patience]).toEqual(['active', '15', 15_000]);
  watchdog.feed();
  expect(() => openWatchdog(device)).toThrow(/another program has it, perhaps systemd/);
  watchdog.close();
  expect(told('state')).toBe('inactive');
  watchdog.feed();
  watchdog.close();
});

test('what is there and no watchdog, and what is not there', () => {
  expect(() => openWatchdog('/dev/null')).toThrow(/^\/dev\/null is no watchdog: ioctl: /);
  expect(() => openWatchdog('/dev/watchdog99')).toThrow(HardwareError);
});
