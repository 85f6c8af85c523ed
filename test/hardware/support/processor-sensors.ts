import {existsSync, writeFileSync} from 'node:fs';

const PARAMETERS = '/sys/module/processor_sensors/parameters';
const DRIVER = '/sys/bus/platform/drivers/raspberrypi-firmware';
const DEVICE = 'soc:firmware';

/** What the sensors of tools/vm/simulators/processor-sensors.c measure; at the end of the test all is well again. */
export class ProcessorSensors {
  constructor({onTestFinished}: {onTestFinished(callback: () => void): void}) {
    this.#reset();
    onTestFinished(() => this.#reset());
  }

  /** In °C. */
  set temperature(celsius: number) {
    write('temperature', Math.round(1000 * celsius));
  }

  set undervoltage(low: boolean) {
    write('undervoltage', low ? 1 : 0);
  }

  /** What the firmware tells, where the kernel is the maker's: its bits. */
  set throttled(bits: number) {
    write('throttled', bits);
  }

  /** As with the maker's kernel, or with another one, that does not know what the firmware tells. */
  set firmwareTells(tells: boolean) {
    if (existsSync(`${DRIVER}/${DEVICE}`) !== tells)
      writeFileSync(`${DRIVER}/${tells ? 'bind' : 'unbind'}`, DEVICE);
  }

  #reset(): void {
    this.temperature = 50;
    this.undervoltage = false;
    this.throttled = 0;
    this.firmwareTells = false;
  }
}

function write(parameter: string, value: number): void {
  writeFileSync(`${PARAMETERS}/${parameter}`, `${value}`);
}
