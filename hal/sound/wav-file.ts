import {readFileSync, statSync} from 'node:fs';
import {HardwareError} from '../hal.ts';

/** 35 minutes of 16 kHz mono; more than anybody says at a door. */
const SIZE_LIMIT = 64 * 1024 * 1024;

const PCM = 1;
const FLOAT = 3;
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
 * Reads a WAV file (PCM of 8, 16, 24 or 32 bits, 32 bits of floating point, or mu-law; up to 8 channels, any rate) as mono.
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
  const known = samplesOf(encoding, bits) !== undefined;
  if (!known || channels < 1 || channels > 8 || rate < 1000 || rate > 384_000) {
    throw new HardwareError(
      `${path} is encoded in a way that is not understood (encoding ${encoding}, ${bits} bits, ${channels} channels, ${rate} Hz); ` +
        'allowed are PCM of 8, 16, 24 and 32 bits, floating point of 32 bits, and mu-law; ' +
        'convert it: sox IN.wav -b 16 -e signed-integer OUT.wav',
    );
  }
  return format;
}

/** What reads one sample, as one of 16 bits that may have a fraction; undefined where nothing does. */
function samplesOf(encoding: number, bits: number): ((data: Buffer, at: number) => number) | undefined {
  if (encoding === MU_LAW && bits === 8) return (data, at) => muLaw(data[at]!);
  if (encoding === FLOAT && bits === 32) return (data, at) => (data.readFloatLE(at) || 0) * 32_768;
  if (encoding !== PCM) return undefined;
  switch (bits) {
    case 8:
      return (data, at) => (data[at]! - 128) << 8;
    case 16:
      return (data, at) => data.readInt16LE(at);
    case 24:
      return (data, at) => data.readIntLE(at, 3) / 2 ** 8;
    case 32:
      return (data, at) => data.readInt32LE(at) / 2 ** 16;
    default:
      return undefined;
  }
}

function toMono({encoding, channels, bits}: Format, data: Buffer): Int16Array {
  const sampleBytes = bits / 8;
  const decode = samplesOf(encoding, bits)!;
  const samples = new Int16Array(Math.floor(data.length / (sampleBytes * channels)));
  for (let frame = 0; frame < samples.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += decode(data, (frame * channels + channel) * sampleBytes);
    }
    samples[frame] = Math.max(-32_768, Math.min(32_767, Math.round(sum / channels)));
  }
  return samples;
}

/** One sample of G.711 mu-law. */
function muLaw(byte: number): number {
  const inverted = ~byte & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return inverted & 0x80 ? -magnitude : magnitude;
}
