import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/** What a machine says of itself. */
export interface Machine {
  /** For people, such as "Raspberry Pi 4 Model B Rev 1.4". */
  readonly model: string;
  /** The names in its device tree, the most specific first. */
  readonly compatible: readonly string[];
}

/** Which machine this is, by its device tree; undefined where it has none, as PCs. */
export function readMachine(folder = '/proc/device-tree'): Machine | undefined {
  try {
    const [model = ''] = strings(join(folder, 'model'));
    return {model, compatible: strings(join(folder, 'compatible'))};
  } catch {
    return undefined;
  }
}

/** The strings of a property, each of which ends with a zero byte. */
function strings(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\0')
    .filter((one) => one !== '');
}
