import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const KEY_1 = 2;
const KEY_ENTER = 28;

/**
 * The device file of a keyboard: `port` itself where it is a path, or `evdev:` and the name that the kernel gives the
 * device. Of several event devices with this name it is one that has digits and Enter, as many readers have others
 * besides. Undefined where there is none now. `inputs` is the kernel's list of them.
 */
export function findInputDevice(port: string, inputs = '/sys/class/input'): string | undefined {
  if (!port.startsWith('evdev:')) return port;
  const name = port.slice('evdev:'.length);
  const found = eventDevices(inputs).find((device) => {
    const folder = join(inputs, device, 'device');
    return read(join(folder, 'name')) === name && isKeyboard(read(join(folder, 'capabilities', 'key')));
  });
  return found && `/dev/input/${found}`;
}

function eventDevices(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^event\d+$/.test(name));
  } catch {
    return [];
  }
}

/** A device may go while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** `capabilities` are the keys that it has, as hexadecimal words of 64 bits, the lowest last. */
function isKeyboard(capabilities: string): boolean {
  const [lowest = ''] = capabilities.split(' ').slice(-1);
  if (!/^[0-9a-f]{1,16}$/.test(lowest)) return false;
  const bits = BigInt(`0x${lowest}`);
  return [KEY_1, KEY_ENTER].every((key) => ((bits >> BigInt(key)) & 1n) === 1n);
}
