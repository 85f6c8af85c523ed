import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';

const GADGETS = '/sys/kernel/config/usb_gadget';

/** A serial port at USB whose adapter the kernel simulates: with dummy_hcd one machine is both ends of the cable. */
export class UsbSerial {
  /** The device file of the port, while it is plugged in. */
  readonly port = '/dev/ttyACM0';
  readonly #folder = join(GADGETS, 'serial');
  #far: number | undefined;

  constructor({onTestFinished}: {onTestFinished(callback: () => void): void}) {
    const configuration = join(this.#folder, 'configs/c.1');
    const port = join(this.#folder, 'functions/acm.0');
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, 'idVendor'), '0x1d6b');
    writeFileSync(join(this.#folder, 'idProduct'), '0x0104');
    mkdirSync(configuration);
    mkdirSync(port);
    symlinkSync(port, join(configuration, 'acm.0'));
    onTestFinished(() => {
      this.unplug();
      unlinkSync(join(configuration, 'acm.0'));
      for (const folder of [port, configuration, this.#folder]) rmdirSync(folder);
    });
  }

  plugIn(): void {
    const [controller] = readdirSync('/sys/class/udc');
    writeFileSync(join(this.#folder, 'UDC'), `${controller}\n`);
  }

  unplug(): void {
    if (this.#far !== undefined) closeSync(this.#far);
    this.#far = undefined;
    try {
      writeFileSync(join(this.#folder, 'UDC'), '\n');
    } catch {
      // It was not plugged in.
    }
  }

  /** Sends from the adapter, a byte for each character. */
  send(text: string): void {
    this.#far ??= openSync('/dev/ttyGS0', 'w');
    writeSync(this.#far, text, null, 'latin1');
  }
}
