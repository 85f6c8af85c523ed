import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {SystemFacts} from '../hal.ts';

/** Bits of what the firmware of a Raspberry Pi tells. */
const UNDERVOLTAGE = 1 << 0;
/** Frequency capped, throttled, soft limit of temperature. */
const SLOWED = (1 << 1) | (1 << 2) | (1 << 3);

/** How the kernel's drivers call what measures a processor. */
const processorZone = /cpu|soc|x86_pkg|bcm2835|scpi|core/i;

/** The devices of this driver: where the maker's kernel tells what the firmware does. What it is called differs from model to model. */
const FIRMWARE = 'bus/platform/drivers/raspberrypi-firmware';

/**
 * Reads how the machine is from sysfs. Temperature: the hottest thermal zone of the processor. Throttling and voltage: as the
 * firmware of a Raspberry Pi tells (`get_throttled`, in the maker's kernel), or the sensor `rpi_volt` and the cooling of
 * the processor by its frequency, as in any kernel.
 */
export function readSystemFacts(sys = '/sys'): SystemFacts {
  const firmware = entries(join(sys, FIRMWARE), 'soc')
    .map((device) => readNumber(join(device, 'get_throttled'), 16))
    .find((bits) => bits !== undefined);
  const cooling = cooledBy(sys);
  return {
    temperature: temperature(sys),
    throttled: firmware === undefined ? cooling : (firmware & SLOWED) !== 0,
    undervoltage: firmware === undefined ? undervoltage(sys) : (firmware & UNDERVOLTAGE) !== 0,
  };
}

function temperature(sys: string): number | null {
  const zones = entries(join(sys, 'class/thermal'), 'thermal_zone')
    .filter((zone) => processorZone.test(readText(join(zone, 'type')) ?? ''))
    .map((zone) => readNumber(join(zone, 'temp'), 10))
    .filter((value) => value !== undefined);
  return zones.length === 0 ? null : Math.round(Math.max(...zones) / 100) / 10;
}

function cooledBy(sys: string): boolean | null {
  const states = entries(join(sys, 'class/thermal'), 'cooling_device')
    .filter((device) => /^(cpufreq|thermal-cpufreq|Processor)/.test(readText(join(device, 'type')) ?? ''))
    .map((device) => readNumber(join(device, 'cur_state'), 10))
    .filter((value) => value !== undefined);
  return states.length === 0 ? null : states.some((state) => state > 0);
}

function undervoltage(sys: string): boolean | null {
  const sensor = entries(join(sys, 'class/hwmon'), 'hwmon').find(
    (one) => readText(join(one, 'name')) === 'rpi_volt',
  );
  const alarm = sensor && readNumber(join(sensor, 'in0_lcrit_alarm'), 10);
  return alarm === undefined ? null : alarm !== 0;
}

function entries(folder: string, prefix: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A sensor may be there and refuse to tell, or go away meanwhile. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readNumber(file: string, radix: 10 | 16): number | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  const value = Number.parseInt(text, radix);
  return Number.isNaN(value) ? undefined : value;
}
