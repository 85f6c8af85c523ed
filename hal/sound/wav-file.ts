import {readFileSync, statSync} from 'node:fs';
import {HardwareError} from '../hal.ts';

/** 35 minutes of 16 kHz mono; more than anybody says at a door. */
const SIZE_LIMIT = 64 * 1024 * 1024;

const PCM = 1;
const MU_LAW = 7;
const EXTENSIBLE = 0xfffe;

interface Format {
  readonly encoding: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/** Sound, mono. */
export interface Recording {
  /** Hz. */
  readonly rate: number;
  readonly samples: Int16Array;
}

/**
 * Reads a WAV file (PCM of 8 or 16 bits, or mu-law; any rate and number of channels) as mono.
 * @throws HardwareError that says what is wrong with the file.
 */
export function readWavFile(path: string): Recording {
  let bytes: Buffer;
  try {
    if (statSync(path).size > SIZE_LIMIT) throw new HardwareError(`${path} is larger than 64 MiB`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof HardwareError) throw error;
    const {code, message} = error as NodeJS.ErrnoException;
    throw new HardwareError(code === 'ENOENT' ? `${path}: there is no such file` : `${path}: ${message}`);
  }
  const {format, data} = findChunks(bytes, path);
  return {rate: format.rate, samples: toMono(format, data)};
}

/** The chunks that matter. A recorder that was cut short may have left a size of 0 or too much. */
function findChunks(bytes: Buffer, path: string): {format: Format; data: Buffer} {
  const isWav = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE';
  if (!isWav) throw new HardwareError(`${path} is not a WAV file`);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    const chunk = bytes.subarray(start, start + size);
    if (id === 'fmt ') {
      format = readFormat(chunk, path);
    } else if (id === 'data' && format !== undefined) {
      return {format, data: size === 0 ? bytes.subarray(start) : chunk};
    }
    at = start + size + (size % 2);
  }
  throw new HardwareError(`${path} has no sound in it`);
}

function readFormat(chunk: Buffer, path: string): Format {
  if (chunk.length < 16) throw new HardwareError(`${path} is damaged: its format chunk is too short`);
  const tag = chunk.readUInt16LE(0);
  const format: Format = {
    // The extensible form has the encoding at the start of its GUID.
    encoding: tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag,
    channels: chunk.readUInt16LE(2),
    rate: chunk.readUInt32LE(4),
    bits: chunk.readUInt16LE(14),
  };
  const {encoding, channels, rate, bits} = format;
  const known = (encoding === PCM && (bits === 8 || bits === 16)) || (encoding === MU_LAW && bits === 8);
  if (!known || channels < 1 || channels > 8 || rate < 1000 || rate > 384_000) {
    throw new HardwareError(
      `${path} is encoded in a way that is not understood; convert it: sox IN.wav -b 16 -e signed-integer OUT.wav`,
    );
  }
  return format;
}

function toMono({encoding, channels, bits}: Format, data: Buffer): Int16Array {
  const sampleBytes = bits / 8;
  const decode =
    encoding === MU_LAW
      ? (at: number) => muLaw(data[at]!)
      : bits === 8
        ? (at: number) => (data[at]! - 128) << 8
        : (at: number) => data.readInt16LE(at);
  const samples = new Int16Array(Math.floor(data.length / (sampleBytes * channels)));
  for (let frame = 0; frame < samples.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += decode((frame * channels + channel) * sampleBytes);
    }
    samples[frame] = Math.round(sum / channels);
  }
  return samples;
}

/** One sample of G.711 mu-law. */
function muLaw(byte: number): number {
  const inverted = ~byte & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return inverted & 0x80 ? -magnitude : magnitude;
}
