/** A pulse on the wire: how long it is high, and then low, in ns. */
interface Pulse {
  readonly high: number;
  readonly low: number;
}

/** What WS2812B takes for a bit: 400 and 850 ns for a zero, 800 and 450 ns for a one, each 150 ns more or less. */
const ZERO = {high: 400, low: 850};
const ONE = {high: 800, low: 450};
const TOLERANCE = 150;
/** Longer than so and the lights take over what has come; newer ones want 280 us. */
const SILENCE = 280_000;

/**
 * Reads a transfer as the lights do, from the widths of its pulses and nothing else. `speed` is that of SPI in Hz; the line is
 * low before and after.
 * @returns the frames between silences, each as the bytes that came.
 * @throws Error for a pulse that the data sheet does not allow.
 */
export function readPulses(bytes: Uint8Array, speed: number): number[][] {
  const frames: number[][] = [];
  let bits: number[] = [];
  for (const {high, low} of pulsesOf(bytes, 1e9 / speed)) {
    const silent = low >= SILENCE;
    if (high > 0) bits.push(bitOf({high, low: silent ? undefined : low}));
    if (!silent) continue;
    if (bits.length > 0) frames.push(bytesOf(bits));
    bits = [];
  }
  if (bits.length > 0) throw new Error('there is no silence at the end');
  return frames;
}

function pulsesOf(bytes: Uint8Array, bitTime: number): Pulse[] {
  const pulses = [{high: 0, low: 0}];
  let before = 0;
  for (const byte of bytes) {
    for (let shift = 7; shift >= 0; shift -= 1) {
      const level = (byte >> shift) & 1;
      if (level === 1 && before === 0) pulses.push({high: 0, low: 0});
      pulses.at(-1)![level === 1 ? 'high' : 'low'] += bitTime;
      before = level;
    }
  }
  return pulses;
}

/** The last low of a frame merges with the silence. */
function bitOf({high, low}: {high: number; low: number | undefined}): 0 | 1 {
  for (const [bit, expected] of [ZERO, ONE].entries()) {
    const fits = (width: number, wanted: number) => Math.abs(width - wanted) <= TOLERANCE;
    if (fits(high, expected.high) && (low === undefined || fits(low, expected.low))) return bit as 0 | 1;
  }
  throw new Error(`a pulse of ${high} ns high and ${low} ns low means nothing`);
}

function bytesOf(bits: readonly number[]): number[] {
  if (bits.length % 24 !== 0) throw new Error(`${bits.length} bits are not whole lights`);
  return Array.from({length: bits.length / 8}, (_, index) =>
    bits.slice(8 * index, 8 * index + 8).reduce((byte, bit) => 2 * byte + bit, 0),
  );
}
