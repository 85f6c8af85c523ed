import {AlsaError, controlsOf, setControl} from 'node-alsa';
import {cardOf} from './device-name.ts';

/** What one control of a sound card's mixer is to be. */
export interface Level {
  readonly control: string;
  /** Undefined: what it captures with, where it does, else what it plays with. */
  readonly side: 'playback' | 'capture' | undefined;
  /** Percent of its range, or whether it is on. */
  readonly value: number | boolean;
}

/**
 * Sets the mixer of the card that an ALSA device, `alsa:NAME`, belongs to; what is no ALSA device has none. Returns in words which
 * controls it does not have, or what else went wrong.
 */
export function setLevels(device: string, levels: readonly Level[]): string[] {
  const [, name] = /^alsa:(.+)$/.exec(device) ?? [];
  if (name === undefined || levels.length === 0) return [];
  const id = cardOf(name);
  const card = id === undefined ? name : `hw:${id}`;
  try {
    const controls = controlsOf(card);
    const sideOf = ({control, side}: Level) =>
      side ?? (controls.some((one) => one.name === control && one.capture) ? 'capture' : 'playback');
    const without = levels.filter((level) => !setControl(card, level.control, sideOf(level), level.value));
    const known = controls.map((control) => control.name).join(', ');
    return without.map(({control}) => `"${name}" has no control "${control}" to be set so. It has: ${known}`);
  } catch (error) {
    if (!(error instanceof AlsaError)) throw error;
    return [`The levels of "${name}" cannot be set: ${error.message}`];
  }
}
