import koffi from 'koffi';
import {expect, test, vi} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import type {ReaderSetting} from '../../hal/hal.ts';
import {openReader} from '../../hal/open-reader.ts';
import {UsbSerial} from './support/usb-serial.ts';
import {VirtualKeyboard} from './support/virtual-keyboard.ts';

const NAME = 'Sycreader RFID Technology Co., Ltd SYC ID&IC USB Reader';
/** More than it takes to look for a device twice, on a machine that is slow. */
const PATIENCE = 60_000;

const HOUR = 3_600;

interface Context {
  onTestFinished(callback: () => void): void;
}

/** A reader, of keyboards by their name where nothing else is said, and what it tells. */
function open(context: Context, setting: ReaderSetting = {port: `evdev:${NAME}`, kind: 'keyboard'}) {
  const told: string[] = [];
  const reader = openReader(setting, clock);
  context.onTestFinished(() => reader.close());
  reader.onState = (fault) => told.push(fault ?? 'open');
  reader.onEntry = ({kind, digits}) => told.push(`${kind} ${digits}`);
  const tells = (...expected: string[]) => vi.waitFor(() => expect(told).toEqual(expected), PATIENCE);
  return {reader, told, tells};
}

test('what is typed on a keyboard is an entry: a code, or as fast as a machine types a card', async (context) => {
  VirtualKeyboard.plugIn(context, 'Another keyboard');
  const keyboard = VirtualKeyboard.plugIn(context, NAME);
  const {tells} = open(context);
  await tells('open');
  keyboard.type('4711');
  await tells('open', 'code 4711');
  keyboard.type('0012345678');
  await tells('open', 'code 4711', 'card 0012345678');
});

test('a clock that is set while somebody types parts no entry in two', async (context) => {
  const keyboard = VirtualKeyboard.plugIn(context, NAME);
  const {told, tells} = open(context);
  await tells('open');
  context.onTestFinished(() => moveClock(-HOUR));
  keyboard.press('00123');
  moveClock(HOUR);
  keyboard.type('45678');
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^(card|code) 0012345678$/), PATIENCE);
  expect(told).toHaveLength(2);
});

test('a keyboard is taken exclusively, and given back', async (context) => {
  const keyboard = VirtualKeyboard.plugIn(context, NAME);
  const first = open(context);
  await first.tells('open');
  const second = open(context);
  await second.tells('another program holds it');
  keyboard.type('4711');
  await first.tells('open', 'code 4711');
  first.reader.close();
  await second.tells('another program holds it', 'open');
  keyboard.type('4712');
  await second.tells('another program holds it', 'open', 'code 4712');
});

test('a keyboard that is unplugged is told of at once, and works again when it is back', async (context) => {
  const {tells} = open(context);
  await tells('it is not plugged in');
  const keyboard = VirtualKeyboard.plugIn(context, NAME);
  await tells('it is not plugged in', 'open');
  keyboard.unplug();
  await tells('it is not plugged in', 'open', 'it was unplugged');
  const again = VirtualKeyboard.plugIn(context, NAME);
  await tells('it is not plugged in', 'open', 'it was unplugged', 'open');
  again.type('4711');
  await tells('it is not plugged in', 'open', 'it was unplugged', 'open', 'code 4711');
});

test('a card at a serial port on USB, before and after its adapter was unplugged', async (context) => {
  const usb = new UsbSerial(context);
  const {tells} = open(context, {port: usb.port, kind: 'rdm6300'});
  const [card, another] = ['\x0262E3086CED08\x03', '\x0201000000FFFE\x03'];
  await tells('it is not plugged in');
  usb.plugIn();
  await tells('it is not plugged in', 'open');
  usb.send(card);
  const before = ['it is not plugged in', 'open', 'card 3808980205'];
  await tells(...before);
  usb.unplug();
  await tells(...before, 'it was unplugged');
  usb.plugIn();
  await tells(...before, 'it was unplugged', 'open');
  usb.send(another);
  await tells(...before, 'it was unplugged', 'open', 'card 0000000255');
});

/** Sets the machine's wall clock so many seconds later, at once. */
function moveClock(seconds: number): void {
  const wallClock = 0;
  const time = BigInt64Array.of(BigInt(Math.floor(Date.now() / 1000) + seconds), 0n);
  const set = koffi.load(null).func('int clock_settime(int clock, const void *time)');
  expect(set(wallClock, time)).toBe(0);
}
