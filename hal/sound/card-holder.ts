import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {listCards, type PcmStream} from 'node-alsa';
import {cardOf} from './device-name.ts';

/** A program that has a sound device open. */
export interface Holder {
  readonly pid: number;
  readonly program: string;
}

/**
 * Who has a card's devices of one direction open, as the kernel tells; undefined where it tells of nobody, or the holder is in
 * another container. A device that names no card may be on any.
 */
export function holderOf(device: string, stream: PcmStream, proc = '/proc'): Holder | undefined {
  const wanted = cardOf(device);
  const cards = listCards().filter(
    ({id, index}) => wanted === undefined || wanted === id || wanted === `${index}`,
  );
  for (const {index} of cards) {
    const holder = holderOfCard(join(proc, 'asound', `card${index}`), stream, proc);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** `folder` is that of the card below /proc/asound: `pcm0p/sub0/status` has the process that opened it. */
export function holderOfCard(folder: string, stream: PcmStream, proc: string): Holder | undefined {
  const kind = stream === 'playback' ? /^pcm\d+p$/ : /^pcm\d+c$/;
  for (const pcm of entriesOf(folder).filter((name) => kind.test(name))) {
    for (const sub of entriesOf(join(folder, pcm)).filter((name) => /^sub\d+$/.test(name))) {
      const pid = /^owner_pid\s*:\s*(\d+)/m.exec(textOf(join(folder, pcm, sub, 'status')))?.[1];
      const program = pid === undefined ? '' : textOf(join(proc, pid, 'comm')).trim();
      if (program !== '') return {pid: Number(pid), program};
    }
  }
  return undefined;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
