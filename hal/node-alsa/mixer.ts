import {checked} from './error.ts';
import {type Library, library, type NumberOut, type Pointer, type PointerOut} from './library.ts';

/** One direction of a mixer's control, of its first channel; null where it has no such thing. */
export interface ControlSide {
  /** 0 to 100. */
  readonly percent: number | null;
  /** False: muted. */
  readonly on: boolean | null;
}

/** A control of a card's mixer, as amixer shows it. */
export interface Control {
  readonly name: string;
  readonly playback: ControlSide | null;
  readonly capture: ControlSide | null;
}

/** The controls of a card, such as `hw:CARD=Device`, that have a volume or a switch. @throws AlsaError where it has no mixer. */
export function controlsOf(card: string): Control[] {
  const alsa = library();
  const out: PointerOut = [null];
  checked(alsa.snd_mixer_open(out, 0), () => 'no mixer');
  const mixer = out[0]!;
  try {
    const what = () => `the mixer of "${card}"`;
    checked(alsa.snd_mixer_attach(mixer, card), what);
    checked(alsa.snd_mixer_selem_register(mixer, null, null), what);
    checked(alsa.snd_mixer_load(mixer), what);
    const controls: Control[] = [];
    for (
      let element = alsa.snd_mixer_first_elem(mixer);
      element;
      element = alsa.snd_mixer_elem_next(element)
    ) {
      const name = alsa.snd_mixer_selem_get_name(element);
      const playback = sideOf(alsa, element, 'playback');
      const capture = sideOf(alsa, element, 'capture');
      if (playback ?? capture) controls.push({name, playback, capture});
    }
    return controls;
  } finally {
    alsa.snd_mixer_close(mixer);
  }
}

function sideOf(alsa: Library, element: Pointer, side: 'playback' | 'capture'): ControlSide | null {
  const hasVolume = alsa[`snd_mixer_selem_has_${side}_volume`](element) === 1;
  const hasSwitch = alsa[`snd_mixer_selem_has_${side}_switch`](element) === 1;
  if (!hasVolume && !hasSwitch) return null;
  const value: NumberOut = [0];
  let percent: number | null = null;
  if (hasVolume) {
    const [low, high]: [NumberOut, NumberOut] = [[0], [0]];
    alsa[`snd_mixer_selem_get_${side}_volume_range`](element, low, high);
    alsa[`snd_mixer_selem_get_${side}_volume`](element, 0, value);
    percent = high[0] > low[0] ? Math.round((100 * (value[0] - low[0])) / (high[0] - low[0])) : 100;
  }
  if (hasSwitch) alsa[`snd_mixer_selem_get_${side}_switch`](element, 0, value);
  return {percent, on: hasSwitch ? value[0] !== 0 : null};
}
