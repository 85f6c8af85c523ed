import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';
import {openLightBoard as open} from './support/light-board.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

/** Which number the kernel gives the keyboard depends on who comes first. */
const CAPS_LOCK = readdirSync('/sys/class/leds').find((name) => name.endsWith('::capslock')) ?? 'no keyboard';

test("the keyboard's LED is taken from its trigger, switched, and given back", (context) => {
  const attribute = (name: string) => readFileSync(`/sys/class/leds/${CAPS_LOCK}/${name}`, 'utf8').trim();
  expect(attribute('trigger')).toContain('[kbd-capslock]');
  const {board, show} = open(context, {kind: 'leds', leds: CAPS_LOCK});
  expect(attribute('trigger')).toContain('[none]');
  show(102, 102, 102);
  expect(attribute('brightness')).toBe('1');
  show(51, 36, 0);
  expect(attribute('brightness')).toBe('0');
  show(255, 255, 255);
  board.close();
  expect(attribute('brightness')).toBe('0');
  expect(attribute('trigger')).toContain('[kbd-capslock]');
});

test('the station lights it when it is ready, and gives it back when it ends', async (context) => {
  const led = (name: string) => readFileSync(`/sys/class/leds/${CAPS_LOCK}/${name}`, 'utf8').trim();
  const station = await TestStation.start(
    startRun(context),
    {board: 'virtual-machine', light: {device: `led:${CAPS_LOCK}`, brightness: 50}},
    {program: bundle},
  );
  expect([led('trigger').includes('[none]'), led('brightness')]).toEqual([true, '1']);
  expect(await station.get('/api/status')).toMatchObject({light: 'ready', lights: 1});
  expect(await station.stop()).toBe(0);
  expect([led('trigger').includes('[kbd-capslock]'), led('brightness')]).toEqual([true, '0']);
});

test('an RGB LED on three lines, one of them the other way round, is off at the end', (context) => {
  const sim = GpioSim.make(context);
  sim.pull('GPIO7', 'up');
  const pins = [
    {line: 'GPIO5', header: 29, active: 'high'},
    {line: 'GPIO6', header: 31, active: 'high'},
    {line: 'GPIO7', header: 26, active: 'low'},
  ] as const;
  const {board, warnings, show} = open(context, {kind: 'lines', pins});
  expect(warnings).toEqual([]);
  const levels = () => pins.map(({line}) => sim.level(line));
  expect(levels()).toEqual(['low', 'low', 'high']);
  show(255, 180, 0);
  expect(levels()).toEqual(['high', 'high', 'high']);
  show(0, 132, 255);
  expect(levels()).toEqual(['low', 'low', 'low']);
  board.close();
  expect(levels()).toEqual(['low', 'low', 'high']);
});

test('a light whose line somebody else holds stays dark, and who it is is told', (context) => {
  GpioSim.make(context, {hogs: {GPIO5: 'buzzer'}});
  const pins = [{line: 'GPIO5', header: 29, active: 'high'}] as const;
  const {board, warnings} = open(context, {kind: 'lines', pins});
  expect(board.light).toBeUndefined();
  expect(warnings).toEqual([
    'The light stays dark: the GPIO line GPIO5 (for the light) is held by "buzzer": end that program, or remove that overlay',
  ]);
});
