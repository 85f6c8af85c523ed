import {closeSync, openSync, writeSync} from 'node:fs';
import {HardwareError, type Watchdog} from '../hal.ts';
import {exchangeRequest, ioctl, type SystemError} from './ioctl.ts';

const GROUP = 0x57;
const SET_TIMEOUT = exchangeRequest(GROUP, 6, 4);
/** What is asked for (s); a device that cannot wait so long says how long it does. */
const TIMEOUT = 15;

/**
 * The machine's own watchdog (linux/watchdog.h): from now on the machine starts anew when it is not fed. Where this
 * program ends without `close`, that is what happens, unless it comes back in time.
 * @throws HardwareError in words that say what to do.
 */
export function openWatchdog(device: string): Watchdog {
  let descriptor: number;
  try {
    descriptor = openSync(device, 'w');
  } catch (error) {
    throw new HardwareError(
      `the watchdog ${device} cannot be had: ${reason(error as NodeJS.ErrnoException)}`,
    );
  }
  const feed = () => void writeSync(descriptor, '1');
  let isOpen = true;
  return {
    patience: 1000 * setPatience(descriptor, device),
    feed: () => {
      if (isOpen) feed();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      // "Magic close": without it the device takes the end of the program for a crash.
      writeSync(descriptor, 'V');
      closeSync(descriptor);
    },
  };
}

/** Asks for a time, and returns the one that the device keeps (s). */
function setPatience(descriptor: number, device: string): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(TIMEOUT);
  try {
    ioctl(descriptor, SET_TIMEOUT, bytes);
  } catch (error) {
    writeSync(descriptor, 'V');
    closeSync(descriptor);
    throw new HardwareError(`${device} is no watchdog: ${(error as SystemError).message}`);
  }
  return bytes.readInt32LE();
}

function reason({code, message}: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is none; its driver may be missing';
  if (code === 'EACCES' || code === 'EPERM') return 'the user may not open it';
  if (code === 'EBUSY') return 'another program has it, perhaps systemd (RuntimeWatchdogSec)';
  return message;
}
