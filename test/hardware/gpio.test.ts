import {readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import {GpioSim} from './support/gpio-sim.ts';

test('the chip', (context) => {
  const sim = GpioSim.make(context, {hogs: {GPIO5: 'buzzer'}});
  expect(readdirSync('/dev')).toContain(sim.chip);
  expect(sim.level('GPIO17')).toBe('low');
  sim.pull('GPIO17', 'up');
  expect(sim.level('GPIO17')).toBe('high');
});
