import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {Light} from '../../firmware/station/light.ts';
import {drawLight} from '../../firmware/station/light-pattern.ts';
import type {LightDefinition} from '../../hal/board-definition.ts';
import {openBoard} from '../../hal/open-board.ts';
import {kernels} from '../../tools/vm/kernels.ts';
import {readPulses} from '../hal/light/pulses.ts';
import {FakeLog} from '../station/fakes.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';
import {takeTransfers} from './support/recorded-spi.ts';
import {UserLed} from './support/user-led.ts';

/** Simulated hardware that not every kernel has. */
const simulated = kernels.find(({name}) => name === process.env['DOORLINE_KERNEL'])?.compiled ?? [];
const hasRecordedSpi = simulated.includes('spi-recorder');
const hasUserLeds = simulated.includes('uleds');

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

const CAPS_LOCK = 'input0::capslock';

interface Context {
  onTestFinished(callback: () => void): void;
}

/** A board with nothing but a light. */
function open(context: Context, light: LightDefinition) {
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const board = openBoard({...virtualMachine, inputs: [], outputs: [], light}, {clock, warn});
  context.onTestFinished(() => board.close());
  const show = (red: number, green: number, blue: number) =>
    board.light!.show(Uint8Array.of(red, green, blue), 1);
  return {board, warnings, show};
}

const ring = {kind: 'ws2812', count: 16, device: '/dev/spidev0.0', header: 19} as const;

/** The frames that came out at the SPI controller, green red blue for each light, read by their pulses. */
function shownFrames(): number[][] {
  return takeTransfers().flatMap(({bytes, speed}) => readPulses(bytes, speed));
}

test.skipIf(!hasRecordedSpi)(
  'a ring on SPI shows what it is told, and is dark at the end',
  async (context) => {
    const {board, warnings} = open(context, ring);
    expect(warnings).toEqual([]);
    const frame = Uint8Array.from({length: 48}, (_, index) => 5 * index);
    board.light!.show(frame, 1);
    const [transfer] = await vi.waitUntil(() => {
      const transfers = takeTransfers();
      return transfers.length > 0 && transfers;
    }, 5000);
    expect([transfer!.speed, transfer!.mode]).toEqual([2_400_000, 0]);
    const power = (value: number) => Math.round(255 * (value / 255) ** 2.2);
    const [shown] = readPulses(transfer!.bytes, transfer!.speed);
    const lights = Array.from({length: 15}, (_, index) => 15 * (index + 1));
    expect(shown!.slice(3)).toEqual(lights.flatMap((red) => [red + 5, red, red + 10].map(power)));
    board.close();
    expect(shownFrames()).toEqual([new Array(48).fill(0)]);
  },
);

test.skipIf(!hasRecordedSpi)('the ring is animated by the station, frame by frame', async (context) => {
  const {board} = open(context, ring);
  const light = new Light({
    ring: board.light,
    brightness: {brightness: 100},
    clock,
    log: new FakeLog(),
  });
  light.set('door-open');
  const frames: number[][] = [];
  await vi.waitUntil(() => frames.push(...shownFrames()) >= 20, 20_000);
  light.close();
  board.close();
  frames.push(...shownFrames());
  const green = frames.map((frame) => frame.filter((_, index) => index % 3 === 0));
  // Before it stands what was shown before.
  const running = green.slice(
    green.findIndex((lights) => lights.includes(255)),
    18,
  );
  expect(new Set(running.map(String)).size).toBeGreaterThan(10);
  for (const lights of running) {
    expect(lights.filter((level) => level === 255).length).toBeGreaterThanOrEqual(13);
    expect(lights.filter((level) => level < 255).length).toBeGreaterThanOrEqual(2);
  }
  expect(green.at(-1)).toEqual(new Array(16).fill(0));
});

test.skipIf(!hasRecordedSpi)(
  'a chain longer than spidev sends at once is refused with the way out',
  (context) => {
    const {board, warnings} = open(context, {...ring, count: 440});
    expect(board.light).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/sends at most 4096 bytes at a time.*bufsiz=4140/)]);
  },
);

test.skipIf(!hasUserLeds)('an LED of the LED class shines as bright as it is to look', (context) => {
  const led = new UserLed(context, 'doorline-test::status', 200);
  const {board, show} = open(context, {kind: 'leds', leds: 'doorline-test::status'});
  const frame = new Uint8Array(3);
  drawLight(frame, 'talking', 0);
  board.light!.show(frame, 1);
  expect(led.brightness).toBe(200);
  show(128, 0, 0);
  expect(led.brightness).toBe(44);
  board.close();
  expect(led.brightness).toBe(0);
});

test.skipIf(!hasUserLeds)('three LEDs of the LED class make a colour', (context) => {
  const [red, green, blue] = ['red', 'green', 'blue'].map(
    (colour) => new UserLed(context, `doorline-test:${colour}:status`, 255),
  );
  const {show} = open(context, {
    kind: 'leds',
    leds: {
      red: 'doorline-test:red:status',
      green: 'doorline-test:green:status',
      blue: 'doorline-test:blue:status',
    },
  });
  show(255, 128, 0);
  expect([red!.brightness, green!.brightness, blue!.brightness]).toEqual([255, 56, 0]);
});

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
