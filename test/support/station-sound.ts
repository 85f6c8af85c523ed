import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Run} from './run-folder.ts';
import {readWav, type Sound, writeWav} from './wav.ts';

/** Files for a station's microphone and loudspeaker. */
export interface StationSound {
  /** For its configuration. */
  readonly audio: {readonly microphone: string; readonly speaker: string};
  /** What its loudspeaker has given: complete once the station has ended. */
  heard(): Sound;
  /** So many seconds of it are in the file already, which is written whole second by whole second. */
  secondsHeard(): number;
}

/** A station's microphone that gives `says`, and its loudspeaker; `name` tells the stations of one run apart. */
export function soundFiles(run: Run, says: Sound, name = 'station'): StationSound {
  const said = join(run.folder, `${name}-says.wav`);
  const heard = join(run.folder, `${name}-heard.wav`);
  writeWav(said, says);
  return {
    audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
    heard: () => readWav(heard),
    secondsHeard: () => {
      if (!existsSync(heard)) return 0;
      const {rate, samples} = readWav(heard);
      return samples.length / rate;
    },
  };
}
