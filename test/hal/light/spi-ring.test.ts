import {expect, test} from 'vitest';
import {SpiDevice} from '../../../hal/light/spi-device.ts';
import {SpiRing, type SpiSender} from '../../../hal/light/spi-ring.ts';
import {SPI_SPEED} from '../../../hal/light/ws2812.ts';
import {readPulses} from './pulses.ts';

/** Takes what is sent and is done when the test says so. */
class FakeSender implements SpiSender {
  readonly sent: number[] = [];
  closed = false;
  #pending: (() => void) | undefined;
  failure: Error | null = null;

  send(bytes: Uint8Array, done: (error: Error | null) => void): void {
    if (this.#pending || this.closed)
      throw new Error('sent while another frame was on its way, or after the end');
    this.#pending = () => {
      // Read only now: nobody may have changed it meanwhile.
      this.#take(bytes);
      done(this.failure);
    };
  }

  sendNow(bytes: Uint8Array): void {
    this.#take(bytes);
  }

  finish(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.();
  }

  close(): void {
    if (this.#pending) throw new Error('closed while a frame was on its way');
    this.closed = true;
  }

  /** Green of the first light, which is the first byte. */
  #take(bytes: Uint8Array): void {
    this.sent.push(readPulses(bytes, SPI_SPEED)[0]![0]!);
  }
}

function make() {
  const sender = new FakeSender();
  const ring = new SpiRing(2, sender);
  const show = (level: number) => ring.show(new Uint8Array(6).fill(level), 1);
  return {sender, ring, show};
}

test('of frames that come while one is on the wire, the last follows', () => {
  const {sender, show} = make();
  show(255);
  show(128);
  show(0);
  sender.finish();
  sender.finish();
  show(255);
  sender.finish();
  expect(sender.sent).toEqual([255, 0, 255]);
});

test('at the end it is dark, and the device is given back when nothing is on its way', () => {
  const quiet = make();
  quiet.show(255);
  quiet.sender.finish();
  quiet.ring.close();
  quiet.ring.close();
  quiet.show(255);
  expect([quiet.sender.sent, quiet.sender.closed]).toEqual([[255, 0], true]);

  const busy = make();
  busy.show(255);
  busy.ring.close();
  expect(busy.sender.closed).toBe(false);
  busy.sender.finish();
  expect([busy.sender.sent, busy.sender.closed]).toEqual([[0, 255, 0], true]);
});

test('a frame that could not be sent is told with the next, once', () => {
  const {sender, show} = make();
  sender.failure = new Error('EIO');
  show(255);
  sender.finish();
  expect(() => show(128)).toThrow('EIO');
  sender.failure = null;
  sender.finish();
  show(0);
});

test('what is no SPI device, or none for so long a chain, is refused in words', () => {
  const open = (path: string, size = 100) => new SpiDevice(path, {speed: SPI_SPEED, size});
  expect(() => open('/dev/null')).toThrow(/^\/dev\/null is no SPI device that can be used: /);
  expect(() => open('/dev/spidev99.9')).toThrow(/^there is no \/dev\/spidev99.9: SPI has to be switched on/);
  expect(() => open('/dev/spidev0.0', 5_000)).toThrow('load spidev with bufsiz=5000');
});
