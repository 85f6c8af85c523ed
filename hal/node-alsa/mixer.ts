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

type Side = 'playback' | 'capture';

/** The controls of a card, such as `hw:CARD=Device`, that have a volume or a switch. @throws AlsaError where it has no mixer. */
export function controlsOf(card: string): Control[] {
  return withMixer(card, (alsa, elements) =>
    elements.flatMap((element) => {
      const name = alsa.snd_mixer_selem_get_name(element);
      const playback = sideOf(alsa, element, 'playback');
      const capture = sideOf(alsa, element, 'capture');
      return (playback ?? capture) ? [{name, playback, capture}] : [];
    }),
  );
}

/**
 * Sets one direction of a control, all of its channels: a volume of 0 to 100 percent, which is heard (its switch goes on), or the
 * switch alone. Returns whether the card has such a control that can be set so.
 * @throws AlsaError where it has no mixer, or does not let itself be set.
 */
export function setControl(card: string, name: string, side: Side, value: number | boolean): boolean {
  return withMixer(card, (alsa, elements) => {
    const named = elements.filter((element) => alsa.snd_mixer_selem_get_name(element) === name);
    return named.map((element) => set(alsa, element, side, value)).includes(true);
  });
}

/** Hands over the elements of a card's mixer, which are gone afterwards. */
function withMixer<Value>(card: string, use: (alsa: Library, elements: Pointer[]) => Value): Value {
  const alsa = library();
  const out: PointerOut = [null];
  checked(alsa.snd_mixer_open(out, 0), () => 'no mixer');
  const mixer = out[0]!;
  try {
    const what = () => `the mixer of "${card}"`;
    checked(alsa.snd_mixer_attach(mixer, card), what);
    checked(alsa.snd_mixer_selem_register(mixer, null, null), what);
    checked(alsa.snd_mixer_load(mixer), what);
    const elements: Pointer[] = [];
    let element = alsa.snd_mixer_first_elem(mixer);
    for (; element; element = alsa.snd_mixer_elem_next(element)) elements.push(element);
    return use(alsa, elements);
  } finally {
    alsa.snd_mixer_close(mixer);
  }
}

function sideOf(alsa: Library, element: Pointer, side: Side): ControlSide | null {
  const hasVolume = alsa[`snd_mixer_selem_has_${side}_volume`](element) === 1;
  const hasSwitch = alsa[`snd_mixer_selem_has_${side}_switch`](element) === 1;
  if (!hasVolume && !hasSwitch) return null;
  const value: NumberOut = [0];
  let percent: number | null = null;
  if (hasVolume) {
    const {low, high} = rangeOf(alsa, element, side);
    alsa[`snd_mixer_selem_get_${side}_volume`](element, 0, value);
    percent = high > low ? Math.round((100 * (value[0] - low)) / (high - low)) : 100;
  }
  if (hasSwitch) alsa[`snd_mixer_selem_get_${side}_switch`](element, 0, value);
  return {percent, on: hasSwitch ? value[0] !== 0 : null};
}

function set(alsa: Library, element: Pointer, side: Side, value: number | boolean): boolean {
  const what = () => `the mixer's control "${alsa.snd_mixer_selem_get_name(element)}"`;
  const hasSwitch = alsa[`snd_mixer_selem_has_${side}_switch`](element) === 1;
  const asVolume = typeof value === 'number';
  if (asVolume && alsa[`snd_mixer_selem_has_${side}_volume`](element) !== 1) return false;
  if (hasSwitch)
    checked(alsa[`snd_mixer_selem_set_${side}_switch_all`](element, value === false ? 0 : 1), what);
  if (!asVolume) return hasSwitch;
  const {low, high} = rangeOf(alsa, element, side);
  const volume = Math.round(low + ((high - low) * value) / 100);
  checked(alsa[`snd_mixer_selem_set_${side}_volume_all`](element, volume), what);
  return true;
}

function rangeOf(alsa: Library, element: Pointer, side: Side): {low: number; high: number} {
  const [low, high]: [NumberOut, NumberOut] = [[0], [0]];
  alsa[`snd_mixer_selem_get_${side}_volume_range`](element, low, high);
  return {low: low[0], high: high[0]};
}
