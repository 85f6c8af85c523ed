/** Lights whose other end is simulated by modules that are compiled for one kernel only. */
import {expect, test, vi} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {Light} from '../../firmware/station/light.ts';
import {drawLight} from '../../firmware/station/light-pattern.ts';
import {readPulses} from '../hal/light/pulses.ts';
import {FakeLog} from '../station/fakes/log.ts';
import {openLightBoard as open} from './support/light-board.ts';
import {takeTransfers} from './support/recorded-spi.ts';
import {UserLed} from './support/user-led.ts';

const ring = {kind: 'ws2812', count: 16, device: '/dev/spidev0.0', header: 19} as const;

/** The frames that came out at the SPI controller, green red blue for each light, read by their pulses. */
function shownFrames(): number[][] {
  return takeTransfers().flatMap(({bytes, speed}) => readPulses(bytes, speed));
}

test('a ring on SPI shows what it is told, and is dark at the end', async (context) => {
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
});

test('the ring is animated by the station, frame by frame', async (context) => {
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

test('a chain longer than spidev sends at once is refused with the way out', (context) => {
  const {board, warnings} = open(context, {...ring, count: 440});
  expect(board.light).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/sends at most 4096 bytes at a time.*bufsiz=4140/)]);
});

test('an LED of the LED class shines as bright as it is to look', (context) => {
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

test('three LEDs of the LED class make a colour', (context) => {
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
