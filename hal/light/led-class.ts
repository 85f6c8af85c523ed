import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {LightDefinition} from '../board-definition.ts';
import {HardwareError} from '../hal.ts';
import type {LightDriver} from './light-driver.ts';
import {PerceivedLight, switched} from './perceived.ts';

const CLASS = '/sys/class/leds';
const COLOURS = ['red', 'green', 'blue'] as const;

type LedNames = Extract<LightDefinition, {kind: 'leds'}>['leds'];

/**
 * One light of the kernel's LED class. It is taken from the trigger that drives it (disk, heartbeat), which has it back at
 * the end; after the process was killed it stays as it was.
 */
export class LedClassLight implements LightDriver {
  readonly count = 1;
  readonly #channels: Channel[] = [];

  /** @throws HardwareError where an LED cannot be had. `folder` is the LED class's. */
  constructor(names: LedNames, folder = CLASS) {
    try {
      if (typeof names !== 'string') {
        for (const colour of COLOURS) this.#channels.push(new PlainLed(folder, names[colour], colour));
      } else if (existsSync(join(folder, names, 'multi_index'))) {
        this.#channels.push(new MulticolourLed(folder, names));
      } else {
        this.#channels.push(new PlainLed(folder, names, 'any'));
      }
    } catch (error) {
      this.close();
      throw new HardwareError(problem(error as NodeJS.ErrnoException, folder, names));
    }
  }

  show(frame: Uint8Array, brightness: number): void {
    for (const channel of this.#channels) channel.show(frame, brightness);
  }

  close(): void {
    for (const channel of this.#channels.splice(0)) {
      try {
        channel.close();
      } catch {
        // The LED has gone, with its module or its device.
      }
    }
  }
}

interface Channel {
  show(frame: Uint8Array, brightness: number): void;
  close(): void;
}

/** An LED of one colour: that of the frame which it stands for, or the strongest. */
class PlainLed implements Channel {
  readonly #colour: (typeof COLOURS)[number] | 'any';
  readonly #trigger: Trigger;
  readonly #file: Attribute;
  readonly #full: number;
  readonly #light: PerceivedLight;

  constructor(folder: string, name: string, colour: (typeof COLOURS)[number] | 'any') {
    this.#colour = colour;
    this.#full = fullBrightness(folder, name);
    this.#light = new PerceivedLight(this.#full);
    this.#file = new Attribute(folder, name, 'brightness');
    this.#trigger = new Trigger(join(folder, name));
    this.#file.write('0');
    this.#trigger.take();
  }

  show(frame: Uint8Array, brightness: number): void {
    this.#file.write(
      String(this.#full === 1 ? this.#switched(frame, brightness) : this.#dimmed(frame, brightness)),
    );
  }

  close(): void {
    this.#file.write('0');
    this.#trigger.restore();
  }

  #switched(frame: Uint8Array, brightness: number): number {
    const colours = switched(frame, brightness);
    const on = this.#colour === 'any' ? colours.includes(true) : colours[COLOURS.indexOf(this.#colour)];
    return on ? 1 : 0;
  }

  #dimmed(frame: Uint8Array, brightness: number): number {
    const light = this.#light;
    light.brightness = brightness;
    light.take(frame, 0);
    return this.#colour === 'any' ? Math.max(light.red, light.green, light.blue) : light[this.#colour];
  }
}

/** An LED of several colours that the kernel takes for one; it says in which order it has them. */
class MulticolourLed implements Channel {
  readonly #trigger: Trigger;
  readonly #brightness: Attribute;
  readonly #intensities: Attribute;
  readonly #order: readonly string[];
  readonly #light: PerceivedLight;

  constructor(folder: string, name: string) {
    const place = join(folder, name);
    this.#order = readText(place, 'multi_index').split(/\s+/);
    const full = fullBrightness(folder, name);
    this.#light = new PerceivedLight(full);
    this.#intensities = new Attribute(place, 'multi_intensity');
    this.#brightness = new Attribute(place, 'brightness');
    this.#trigger = new Trigger(place);
    this.#dark();
    this.#trigger.take();
    this.#brightness.write(String(full));
  }

  show(frame: Uint8Array, brightness: number): void {
    const light = this.#light;
    light.brightness = brightness;
    light.take(frame, 0);
    this.#intensities.write(this.#order.map((colour) => (isColour(colour) ? light[colour] : 0)).join(' '));
  }

  close(): void {
    this.#dark();
    this.#brightness.write('0');
    this.#trigger.restore();
  }

  #dark(): void {
    this.#intensities.write(this.#order.map(() => '0').join(' '));
  }
}

/** What else drives an LED: the one of the list that stands in brackets. */
class Trigger {
  readonly #file: string;
  readonly #before: string;

  constructor(place: string) {
    this.#file = join(place, 'trigger');
    this.#before = /\[(.+?)\]/.exec(readText(place, 'trigger'))?.[1] ?? 'none';
  }

  /** To be called once it is known that the LED may be set: else it would be nobody's. */
  take(): void {
    this.#choose('none');
  }

  restore(): void {
    this.#choose(this.#before);
  }

  #choose(trigger: string): void {
    if (this.#before !== 'none') writeFileSync(this.#file, `${trigger}\n`, {flag: 'r+'});
  }
}

/** A file of an LED, written only where its content changes. */
class Attribute {
  readonly #file: string;
  #written = '';

  constructor(...path: readonly string[]) {
    this.#file = join(...path);
  }

  write(text: string): void {
    if (text === this.#written) return;
    writeFileSync(this.#file, `${text}\n`, {flag: 'r+'});
    this.#written = text;
  }
}

function isColour(text: string): text is (typeof COLOURS)[number] {
  return (COLOURS as readonly string[]).includes(text);
}

function fullBrightness(folder: string, name: string): number {
  return Math.max(1, Number(readText(join(folder, name), 'max_brightness')) || 1);
}

function readText(place: string, file: string): string {
  return readFileSync(join(place, file), 'utf8').trim();
}

function problem(error: NodeJS.ErrnoException, folder: string, names: LedNames): string {
  const wanted = typeof names === 'string' ? names : Object.values(names).join(', ');
  switch (error.code) {
    case 'ENOENT':
      return `there is no LED ${wanted} in ${folder}`;
    case 'EACCES':
    case 'EPERM':
      return `the LED ${wanted} may not be set by this user: a udev rule has to give it ${folder}/…/brightness and trigger`;
    default:
      return `the LED ${wanted} cannot be used: ${error.message}`;
  }
}
