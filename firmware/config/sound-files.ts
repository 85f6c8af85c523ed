import {resolve} from 'node:path';
import {type ReadRecording, readOwnSound} from '../audio/own-sounds.ts';
import {soundNames} from '../audio/sound-names.ts';
import type {ConfigProblem} from './problem.ts';
import {textsAt} from './references.ts';
import type {YamlTree} from './yaml-tree.ts';

/**
 * Reads the recordings that `audio.sounds` names; relative paths start from `folder`. What cannot be played is told before
 * anybody rings, at the line that names the file.
 */
export function checkSoundFiles(tree: YamlTree, folder: string, read: ReadRecording): ConfigProblem[] {
  return soundNames.flatMap((sound) =>
    textsAt(tree, 'audio', 'sounds', sound).flatMap(({value, path}) => {
      try {
        readOwnSound(resolve(folder, value), read);
        return [];
      } catch (error) {
        return [tree.at(path, (error as Error).message)];
      }
    }),
  );
}
