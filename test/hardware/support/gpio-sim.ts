import {mkdirSync, readdirSync, readFileSync, rmdirSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const CONFIGFS = '/sys/kernel/config/gpio-sim';
const DEVICES = '/sys/devices/platform';

let made = 0;

interface ChipSettings {
  readonly lines?: number;
  /** Each line is called this and its offset: GPIO0, GPIO1 and so on; empty: the lines have no names. */
  readonly prefix?: string;
  /** What sysfs calls the chip. */
  readonly label?: string;
  /** Lines that the kernel itself holds as inputs, with what it calls the holder. */
  readonly hogs?: Readonly<Record<string, string>>;
}

/** A GPIO chip that the kernel simulates, gone at the end of the test. */
export class GpioSim {
  /** As in /dev, for example `gpiochip0`. */
  readonly chip: string;
  /** The folder with the electrical side of each line. */
  readonly #lines: string;
  readonly #device: string;

  private constructor(chip: string, lines: string, device: string) {
    this.chip = chip;
    this.#lines = lines;
    this.#device = device;
  }

  static make(
    {onTestFinished}: {onTestFinished(callback: () => void): void},
    {lines = 28, prefix = 'GPIO', label = 'doorline-test', hogs = {}}: ChipSettings = {},
  ): GpioSim {
    made += 1;
    const device = join(CONFIGFS, `test-${process.pid}-${made}`);
    const bank = join(device, 'bank');
    mkdirSync(bank, {recursive: true});
    writeFileSync(join(bank, 'num_lines'), String(lines));
    writeFileSync(join(bank, 'label'), label);
    for (let offset = 0; offset < lines; offset += 1) {
      const line = join(bank, `line${offset}`);
      mkdirSync(line);
      if (prefix !== '') writeFileSync(join(line, 'name'), `${prefix}${offset}`);
      const consumer = hogs[`${prefix}${offset}`];
      if (consumer === undefined) continue;
      mkdirSync(join(line, 'hog'));
      writeFileSync(join(line, 'hog/name'), consumer);
      writeFileSync(join(line, 'hog/direction'), 'input');
    }
    writeFileSync(join(device, 'live'), '1');
    onTestFinished(() => remove(device));
    const platform = readFileSync(join(device, 'dev_name'), 'utf8').trim();
    const chip = readFileSync(join(bank, 'chip_name'), 'utf8').trim();
    return new GpioSim(chip, join(DEVICES, platform, chip), device);
  }

  /** Connects a line to supply or ground, as a button, a contact or its resistor does. */
  pull(line: string, level: 'up' | 'down'): void {
    writeFileSync(join(this.#folder(line), 'pull'), `pull-${level}`);
  }

  /** The electrical level of a line. */
  level(line: string): 'high' | 'low' {
    return readFileSync(join(this.#folder(line), 'value'), 'utf8').trim() === '1' ? 'high' : 'low';
  }

  /** Takes the chip's device file away, as on a kernel that has only the old interface. */
  hideDevice(): void {
    unlinkSync(join('/dev', this.chip));
  }

  /** The chip is gone, as one at USB that is pulled out. */
  unplug(): void {
    writeFileSync(join(this.#device, 'live'), '0');
  }

  #folder(line: string): string {
    return join(this.#lines, `sim_gpio${/\d+$/.exec(line)![0]}`);
  }
}

/** Configfs wants its folders removed in the reverse order; the files in them go with them. */
function remove(device: string): void {
  const live = join(device, 'live');
  if (readFileSync(live, 'utf8').trim() === '1') writeFileSync(live, '0');
  for (const entry of readdirSync(device, {withFileTypes: true})) {
    if (!entry.isDirectory()) continue;
    removeFolder(join(device, entry.name));
  }
  rmdirSync(device);
}

function removeFolder(folder: string): void {
  for (const entry of readdirSync(folder, {withFileTypes: true})) {
    if (entry.isDirectory()) removeFolder(join(folder, entry.name));
  }
  rmdirSync(folder);
}
