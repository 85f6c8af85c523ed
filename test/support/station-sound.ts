import {join} from 'node:path';
import type {Run} from './run-folder.ts';
import {readWav, type Sound, writeWav} from './wav.ts';

/** Files for a station's microphone and loudspeaker. */
export interface StationSound {
  /** For its configuration. */
  readonly audio: {readonly microphone: string; readonly speaker: string};
  /** What its loudspeaker has given: complete once the station has ended. */
  heard(): Sound;
}

/** A station's microphone that gives `says`, and its loudspeaker; `name` tells the stations of one run apart. */
export function soundFiles(run: Run, says: Sound, name = 'station'): StationSound {
  const said = join(run.folder, `${name}-says.wav`);
  const heard = join(run.folder, `${name}-heard.wav`);
  writeWav(said, says);
  return {
    audio: {microphone: `file:${said}`, speaker: `file:${heard}`},
    heard: () => readWav(heard),
  };
}
