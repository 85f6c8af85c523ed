import {PerceivedLight} from './perceived.ts';

/**
 * The wire of WS2812B lights, made of the bits that SPI shifts out: each of theirs is a pulse, and becomes three of SPI's, 110
 * for a one and 100 for a zero. At 2.4 MHz such a bit takes 417 ns: pulses of 833 and 417 ns. The data sheet's tolerances
 * (150 ns either way) hold down to 2.11 MHz: controllers divide a clock of their own and take the nearest speed below.
 */
export const SPI_SPEED = 2_400_000;

/** The lights take over what they were sent after a silence; the patient ones after 280 us. */
const SILENCE_BYTES = Math.ceil((300 * SPI_SPEED) / 8_000_000);
const BYTES_A_LIGHT = 9;

/** The 24 SPI bits of each byte of a colour. */
const PULSES = Uint32Array.from({length: 256}, (_, value) => {
  let bits = 0;
  for (let bit = 7; bit >= 0; bit -= 1) bits = (bits << 3) | ((value >> bit) & 1 ? 0b110 : 0b100);
  return bits;
});

/** Bytes that a frame for so many lights takes. */
export function frameBytes(count: number): number {
  return SILENCE_BYTES + BYTES_A_LIGHT * count + SILENCE_BYTES;
}

/** Turns frames into what SPI is to send. */
export class Ws2812Encoder {
  readonly #light = new PerceivedLight(255);

  /**
   * Writes a frame (3 bytes a light: red, green, blue) to `bytes`, which are `frameBytes` long and zero at the beginning and
   * the end: the silence before ends what the idle line may have looked like. `brightness` is 0 to 1.
   */
  encode(frame: Uint8Array, brightness: number, bytes: Uint8Array): void {
    const light = this.#light;
    light.brightness = brightness;
    const count = frame.length / 3;
    let at = SILENCE_BYTES;
    for (let index = 0; index < count; index += 1) {
      light.take(frame, index);
      at = writePulses(bytes, at, light.green);
      at = writePulses(bytes, at, light.red);
      at = writePulses(bytes, at, light.blue);
    }
  }
}

function writePulses(bytes: Uint8Array, at: number, value: number): number {
  const bits = PULSES[value]!;
  bytes[at] = bits >> 16;
  bytes[at + 1] = bits >> 8;
  bytes[at + 2] = bits;
  return at + 3;
}
