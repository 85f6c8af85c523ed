import {AlsaError, abilitiesOf, controlsOf, devicesOf, Errno, listCards, type PcmStream} from 'node-alsa';
import type {SoundCardInfo, SoundDirectionInfo} from '../hal.ts';
import {holderOf} from './card-holder.ts';

/** The sound cards of this machine with what each can do. What is in use tells less. @throws Error where libasound is missing. */
export function listSoundCards(): SoundCardInfo[] {
  return listCards().map(({id, name}) => ({
    id,
    name,
    playback: directionOf(id, 'playback'),
    capture: directionOf(id, 'capture'),
    controls: controls(id),
  }));
}

/** That of the first device that has the direction. */
function directionOf(id: string, stream: PcmStream): SoundDirectionInfo | null {
  for (const device of devicesOf(id)) {
    const name = `hw:CARD=${id},DEV=${device}`;
    try {
      return {...abilitiesOf(name, stream), inUseBy: null};
    } catch (error) {
      if (!(error instanceof AlsaError) || error.code !== Errno.busy) continue;
      return {
        rates: [],
        channels: null,
        periodMs: null,
        inUseBy: holderOf(name, stream)?.program ?? 'a program',
      };
    }
  }
  return null;
}

function controls(id: string): SoundCardInfo['controls'] {
  try {
    return controlsOf(`hw:CARD=${id}`);
  } catch {
    return [];
  }
}
