import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {isLink, makeFolder, syncFolder, writeWhole} from '../base/write-whole.ts';
import type {ResetStage} from '../station/reset-button.ts';
import type {DeviceFolders} from './device-folders.ts';

const REQUEST = 'reset-requested';

/** Asks for a reset, which the next boot carries out: so a power cut on the way is no harm. @throws NodeJS.ErrnoException */
export function requestReset(dataFolder: string, stage: ResetStage): void {
  makeFolder(dataFolder, 0o700);
  writeWhole(join(dataFolder, REQUEST), `${stage}\n`);
}

/**
 * Carries out the reset that was asked for; returns which, if any. The request goes last: what was cut off is done again. This runs
 * as root: where the station's user has laid a link in place of its data folder, nothing is emptied that it leads to.
 */
export function carryOutReset({station, data, network, ssh}: DeviceFolders): ResetStage | undefined {
  if (isLink(data)) return undefined;
  const request = join(data, REQUEST);
  const stage = readRequest(request);
  if (stage === undefined) return undefined;
  empty(network);
  if (stage === 'everything') {
    rmSync(join(ssh, 'authorized_keys'), {force: true});
    empty(data, [REQUEST]);
    empty(station, ['data']);
  }
  syncFolder(data);
  rmSync(request);
  syncFolder(data);
  return stage;
}

function readRequest(file: string): ResetStage | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === 'network' || text === 'everything' ? text : undefined;
  } catch {
    return undefined;
  }
}

function empty(folder: string, except: readonly string[] = []): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!except.includes(name)) rmSync(join(folder, name), {recursive: true, force: true});
    }
    syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
