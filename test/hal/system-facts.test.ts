import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readSystemFacts} from '../../hal/linux/system-facts.ts';

/** A /sys with these files. */
function sysWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-sys-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), `${text}\n`);
  }
  return folder;
}

const zone = (number: number, type: string, temp: string) => ({
  [`class/thermal/thermal_zone${number}/type`]: type,
  [`class/thermal/thermal_zone${number}/temp`]: temp,
});
const throttled = 'bus/platform/drivers/raspberrypi-firmware/soc:firmware/get_throttled';

test('the hottest zone of the processor, and no other', () => {
  const files = {
    ...zone(0, 'acpitz', '99000'),
    ...zone(1, 'cpu-thermal', '48312'),
    ...zone(2, 'soc-thermal', '51264'),
  };
  expect(readSystemFacts(sysWith(files))).toEqual({temperature: 51.3, throttled: null, undervoltage: null});
});

test.each([
  ['0', false, false],
  ['50000', false, false],
  ['50005', true, true],
  ['1', false, true],
  ['8', true, false],
])('the firmware of a Raspberry Pi tells %s', (text, slowed, low) => {
  expect(readSystemFacts(sysWith({[throttled]: text}))).toEqual({
    temperature: null,
    throttled: slowed,
    undervoltage: low,
  });
});

test('the firmware of a Raspberry Pi 5 has another address', () => {
  const file = throttled.replace('soc:firmware', 'soc@107c000000:firmware');
  expect(readSystemFacts(sysWith({[file]: '50005'}))).toMatchObject({throttled: true, undervoltage: true});
});

test('a kernel without that file has a sensor for the voltage, and cools by the frequency', () => {
  const files = {
    'class/hwmon/hwmon0/name': 'cpu_thermal',
    'class/hwmon/hwmon1/name': 'rpi_volt',
    'class/hwmon/hwmon1/in0_lcrit_alarm': '1',
    'class/thermal/cooling_device0/type': 'cpufreq-cpu0',
    'class/thermal/cooling_device0/cur_state': '3',
    'class/thermal/cooling_device1/type': 'pwm-fan',
    'class/thermal/cooling_device1/cur_state': '0',
  };
  expect(readSystemFacts(sysWith(files))).toEqual({temperature: null, throttled: true, undervoltage: true});
});

test('what cannot be read is not known', () => {
  const files = {...zone(0, 'cpu-thermal', ''), [throttled]: 'none', 'class/thermal/thermal_zone1/temp': '1'};
  const unknown = {temperature: null, throttled: null, undervoltage: null};
  expect(readSystemFacts(sysWith(files))).toEqual(unknown);
  expect(readSystemFacts('/nowhere')).toEqual(unknown);
});
