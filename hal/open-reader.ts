import type {Clock, Reader, ReaderEntry, ReaderSetting} from './hal.ts';
import {findInputDevice} from './input-device/find-input-device.ts';
import {InputDevice} from './input-device/input-device.ts';
import {TypedEntries} from './input-device/typed-entries.ts';
import {LastingDevice, type OpenDevice} from './linux/lasting-device.ts';
import {CardFrames} from './serial/card-frames.ts';
import {CardPresence} from './serial/card-presence.ts';
import {KeypadKeys} from './serial/keypad-keys.ts';
import {SerialLine} from './serial/serial-line.ts';
import {WiegandLines} from './serial/wiegand-lines.ts';

/** What all of these devices are set to when they are sold. */
const BAUD_RATE = 9_600;

/**
 * Opens a reader, now or as soon as its device is plugged in, and again after it was unplugged. Never throws for what is
 * wrong with the device: `onState` tells that.
 */
export function openReader({port, kind}: ReaderSetting, clock: Clock): Reader {
  const presence = new CardPresence();
  const take = (entry: ReaderEntry | undefined): void => {
    if (entry === undefined) return;
    if (entry.kind === 'code' || presence.comes(entry.digits, clock.now())) reader.onEntry?.(entry);
  };
  const open = async (path: string, lost: (reason: string) => void): Promise<OpenDevice> => {
    if (kind === 'keyboard') {
      const typed = new TypedEntries();
      return new InputDevice({path, event: (event) => take(typed.push(event)), lost});
    }
    const frames = new parsers[kind]();
    const data = (bytes: Uint8Array) => {
      for (const entry of frames.push(bytes, clock.now())) take(entry);
    };
    return SerialLine.open({path, baudRate: BAUD_RATE, data, lost});
  };
  const device = new LastingDevice<OpenDevice>({
    find: () => (kind === 'keyboard' ? findInputDevice(port) : port),
    open,
    changed: (opened, reason) => reader.onState?.(opened === undefined ? reason : undefined),
    clock,
  });
  const reader: Reader = {onEntry: undefined, onState: undefined, close: () => device.close()};
  return reader;
}

const parsers = {rdm6300: CardFrames, wiegand: WiegandLines, keypad: KeypadKeys} as const;
