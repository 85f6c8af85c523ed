import {expect, test} from 'vitest';
import {describeEvent} from '../../firmware/station/journal-text.ts';
import {SystemMonitor} from '../../firmware/station/system-monitor.ts';
import type {SystemFacts} from '../../hal/hal.ts';
import {FakeClock} from '../support/fake-clock.ts';

const cool: SystemFacts = {temperature: 50, throttled: false, undervoltage: false};

/** What is told over these looks, each 30 s after the one before. */
function watch(...looks: SystemFacts[]): {told: string[]; clock: FakeClock; monitor: SystemMonitor} {
  const clock = new FakeClock();
  const told: string[] = [];
  const left = [...looks];
  const monitor = new SystemMonitor({
    read: () => (left.length > 1 ? left.shift()! : left[0]!),
    clock,
    tell: (event) => told.push(describeEvent({...event})),
  });
  monitor.start();
  clock.advance(30_000 * looks.length);
  return {told, clock, monitor};
}

test('heat is told once, and once when it is over, far enough below', () => {
  const heat = (temperature: number) => ({...cool, temperature});
  expect(watch(...[50, 79.9, 80, 84, 76, 81, 72.1, 71.9, 79].map(heat)).told).toEqual([
    'The processor is too hot: 80 °C',
    'The processor has cooled down to 72 °C',
  ]);
});

test('throttling and a weak supply are told when they begin and end, also those from before the start', () => {
  const bad = {...cool, throttled: true, undervoltage: true};
  const {told, monitor} = watch(bad, bad, cool);
  expect(told).toEqual([
    'The processor is slowed down, for heat or for want of current',
    'The supply voltage is too low: the power supply or its cable is too weak',
    'The processor works at full speed again',
    'The supply voltage is good again',
  ]);
  expect(monitor.facts).toEqual(cool);
});

test('a machine that tells nothing is not looked at again, and none is after the end', () => {
  const {clock, told} = watch({temperature: null, throttled: null, undervoltage: null});
  expect([clock.pending, told]).toEqual([0, []]);
  const other = watch(cool);
  expect(other.clock.pending).toBe(1);
  other.monitor.close();
  expect(other.clock.pending).toBe(0);
});
