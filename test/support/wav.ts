import {readFileSync, writeFileSync} from 'node:fs';

/** Mono sound: 16-bit samples at `rate` per second. */
export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

const HEADER = 44;
const PCM = 1;
const EXTENSIBLE = 0xfffe;

/** Writes 16-bit mono PCM. */
export function writeWav(path: string, {rate, samples}: Sound): void {
  const bytes = Buffer.alloc(HEADER + samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(PCM, 20);
  bytes.writeUInt16LE(1, 22); // channels
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32); // bytes of one sample of all channels
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => {
    bytes.writeInt16LE(sample, HEADER + index * 2);
  });
  writeFileSync(path, bytes);
}

/**
 * Reads 16-bit PCM; of several channels the first. Recorders that were cut short leave sizes of 0 or
 * too much in the header: what is really there counts.
 * @throws where it is no 16-bit PCM WAV.
 */
export function readWav(path: string): Sound {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(`${path} is not a WAV file`);
  }
  let format: {channels: number; rate: number} | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const stated = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (id === 'fmt ') {
      const encoding = bytes.readUInt16LE(start);
      if ((encoding !== PCM && encoding !== EXTENSIBLE) || bytes.readUInt16LE(start + 14) !== 16) {
        throw new Error(`${path} is not 16-bit PCM`);
      }
      format = {channels: bytes.readUInt16LE(start + 2), rate: bytes.readUInt32LE(start + 4)};
    } else if (id === 'data' && format !== undefined) {
      const rest = bytes.length - start;
      const length = stated === 0 || stated > rest ? rest : stated;
      const frame = format.channels * 2;
      const samples = new Int16Array(Math.floor(length / frame));
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = bytes.readInt16LE(start + index * frame);
      }
      return {rate: format.rate, samples};
    }
    at = start + stated + (stated % 2);
  }
  throw new Error(`${path} has no sound in it`);
}
