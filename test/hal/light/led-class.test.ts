import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {LedClassLight} from '../../../hal/light/led-class.ts';

/** A folder of plain files as the kernel's LED class has them; the kernel's own are in test/hardware. */
function makeLeds(leds: Record<string, Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-leds-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const [led, files] of Object.entries(leds)) {
    mkdirSync(join(folder, led));
    const all = {brightness: '0\n', max_brightness: '255\n', trigger: '[none] timer\n', ...files};
    for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, led, name), content);
  }
  // The kernel replaces what is written; a plain file keeps what was behind it.
  const read = (led: string, name: string) => readFileSync(join(folder, led, name), 'utf8').split('\n')[0];
  return {folder, read};
}

test('an LED that can be dimmed has the power that looks like the strongest colour', () => {
  const {folder, read} = makeLeds({status: {max_brightness: '1000\n'}});
  const light = new LedClassLight('status', folder);
  light.show(Uint8Array.of(0, 0, 255), 1);
  expect(read('status', 'brightness')).toBe('1000');
  light.show(Uint8Array.of(128, 0, 0), 1);
  expect(read('status', 'brightness')).toBe('220');
  light.show(Uint8Array.of(255, 0, 0), 0.1);
  expect(read('status', 'brightness')).toBe('6');
  light.close();
  expect(read('status', 'brightness')).toBe('0');
});

test('one that can only be switched is on where it is dim', () => {
  const {folder, read} = makeLeds({status: {max_brightness: '1\n'}});
  const light = new LedClassLight('status', folder);
  light.show(Uint8Array.of(102, 102, 102), 1);
  expect(read('status', 'brightness')).toBe('1');
  light.show(Uint8Array.of(51, 36, 0), 1);
  expect(read('status', 'brightness')).toBe('0');
});

test('three LEDs make a colour', () => {
  const {folder, read} = makeLeds({r: {}, g: {max_brightness: '1\n'}, b: {max_brightness: '15\n'}});
  const light = new LedClassLight({red: 'r', green: 'g', blue: 'b'}, folder);
  light.show(Uint8Array.of(255, 180, 64), 1);
  expect(['r', 'g', 'b'].map((led) => read(led, 'brightness'))).toEqual(['255', '1', '1']);
});

test('an LED of several colours gets them in its own order', () => {
  const {folder, read} = makeLeds({
    rgb: {multi_index: 'green white blue red\n', multi_intensity: '0 0 0 0\n'},
  });
  const light = new LedClassLight('rgb', folder);
  light.show(Uint8Array.of(255, 128, 0), 1);
  expect(read('rgb', 'multi_intensity')).toBe('56 0 0 255');
  expect(read('rgb', 'brightness')).toBe('255');
  light.close();
  expect(read('rgb', 'multi_intensity')).toBe('0 0 0 0');
  expect(read('rgb', 'brightness')).toBe('0');
});

test('the trigger rests meanwhile and has the LED back at the end', () => {
  const {folder, read} = makeLeds({act: {trigger: 'none timer [mmc0] heartbeat\n'}});
  const light = new LedClassLight('act', folder);
  expect(read('act', 'trigger')).toBe('none');
  light.close();
  expect(read('act', 'trigger')).toBe('mmc0');
});

test('an LED that is not there is named, and of three none is kept', () => {
  const {folder, read} = makeLeds({r: {trigger: 'none [timer]\n'}, g: {}});
  expect(() => new LedClassLight('status', folder)).toThrow(`there is no LED status in ${folder}`);
  expect(() => new LedClassLight({red: 'r', green: 'g', blue: 'b'}, folder)).toThrow(
    /there is no LED r, g, b/,
  );
  expect(read('r', 'trigger')).toBe('timer');
});

test('an LED that may not be set stays with its trigger', () => {
  const {folder, read} = makeLeds({act: {trigger: 'none [mmc0]\n'}});
  rmSync(join(folder, 'act/brightness'));
  mkdirSync(join(folder, 'act/brightness'));
  expect(() => new LedClassLight('act', folder)).toThrow('the LED act cannot be used');
  expect(read('act', 'trigger')).toBe('none [mmc0]');
});

test('an LED that goes is told of, and the end is quiet', () => {
  const {folder} = makeLeds({usb: {}});
  const light = new LedClassLight('usb', folder);
  rmSync(join(folder, 'usb'), {recursive: true});
  expect(() => light.show(Uint8Array.of(255, 255, 255), 1)).toThrow(/ENOENT/);
  light.close();
});
