import type {LightDefinition, Pin} from '../board-definition.ts';
import {findLines} from '../gpio/find-lines.ts';
import {GpioOutputs} from '../gpio/gpio-outputs.ts';
import {HardwareError} from '../hal.ts';
import {LedClassLight} from './led-class.ts';
import type {LightDriver} from './light-driver.ts';
import {OnOffLight} from './on-off-light.ts';
import {SpiDevice} from './spi-device.ts';
import {SpiRing} from './spi-ring.ts';
import {frameBytes, SPI_SPEED} from './ws2812.ts';

/** Opens the light of a board with hardware. @throws HardwareError in words that say what to do. */
export function openLight(definition: Exclude<LightDefinition, {kind: 'simulated'}>): LightDriver {
  switch (definition.kind) {
    case 'ws2812': {
      const {count, device} = definition;
      return new SpiRing(count, new SpiDevice(device, {speed: SPI_SPEED, size: frameBytes(count)}));
    }
    case 'lines':
      return openLines(definition.pins);
    case 'leds':
      return new LedClassLight(definition.leds);
  }
}

function openLines(pins: readonly Pin[]): OnOffLight {
  const found = findLines(pins.map(({line}) => ({line, use: 'the light'})));
  if ('problems' in found) throw new HardwareError(found.problems.join('; '));
  const opened: GpioOutputs[] = [];
  const release = () => {
    for (const outputs of opened) outputs.close();
  };
  try {
    for (const [index, {line, active}] of pins.entries()) {
      const {device, offset} = found.lines[index]!;
      opened.push(new GpioOutputs(device, [{name: line, offset, active, inverted: false}]));
    }
  } catch (error) {
    release();
    throw new HardwareError(`the kernel refuses the lines of the light (${(error as Error).message})`);
  }
  return new OnOffLight(
    opened.flatMap(({lines}) => lines),
    release,
  );
}
