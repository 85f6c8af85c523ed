import koffi from 'koffi';
import {checked} from './error.ts';
import {library, type NumberOut, type Pointer, type PointerOut} from './library.ts';

/** A sound card. */
export interface Card {
  /** Its number, which may change with each start of the machine. */
  readonly index: number;
  /** Its id, which stays: `plughw:CARD=id`. */
  readonly id: string;
  readonly name: string;
}

/** A PCM that can be opened by its name. */
export interface Device {
  readonly name: string;
  /** One or two lines for people; may be empty. */
  readonly description: string;
  readonly playback: boolean;
  readonly capture: boolean;
}

/**
 * The sound cards of this machine; none is no error.
 * @throws Error where libasound is missing.
 */
export function listCards(): Card[] {
  const alsa = library();
  const cards: Card[] = [];
  const index: NumberOut = [-1];
  while (alsa.snd_card_next(index) === 0 && index[0] >= 0) {
    const control: PointerOut = [null];
    if (alsa.snd_ctl_open(control, `hw:${index[0]}`, 0) < 0) continue;
    const info: PointerOut = [null];
    checked(alsa.snd_ctl_card_info_malloc(info), () => 'no memory');
    if (alsa.snd_ctl_card_info(control[0]!, info[0]!) === 0) {
      const id = alsa.snd_ctl_card_info_get_id(info[0]!);
      cards.push({index: index[0], id, name: alsa.snd_ctl_card_info_get_name(info[0]!)});
    }
    alsa.snd_ctl_card_info_free(info[0]!);
    alsa.snd_ctl_close(control[0]!);
  }
  return cards;
}

/** The numbers of a card's devices, each for playback, capture or both. */
export function devicesOf(id: string): number[] {
  const alsa = library();
  const control: PointerOut = [null];
  if (alsa.snd_ctl_open(control, `hw:CARD=${id}`, 0) < 0) return [];
  const devices: number[] = [];
  const device: NumberOut = [-1];
  while (alsa.snd_ctl_pcm_next_device(control[0]!, device) === 0 && device[0] >= 0) devices.push(device[0]);
  alsa.snd_ctl_close(control[0]!);
  return devices;
}

/**
 * The PCMs that can be named in `Pcm.open`: those of the cards and those of the configuration files.
 * @throws Error where libasound is missing.
 */
export function listDevices(): Device[] {
  const alsa = library();
  const hints: PointerOut = [null];
  if (alsa.snd_device_name_hint(-1, 'pcm', hints) < 0 || hints[0] === null) return [];
  const devices: Device[] = [];
  const pointerSize = koffi.sizeof('void *');
  for (let offset = 0; ; offset += pointerSize) {
    // The list ends with a null pointer.
    const hint = koffi.decode(hints[0], offset, 'void *') as Pointer | null;
    if (!hint) break;
    const name = hintText(hint, 'NAME');
    const direction = hintText(hint, 'IOID');
    if (name === undefined) continue;
    const description = hintText(hint, 'DESC') ?? '';
    devices.push({name, description, playback: direction !== 'Input', capture: direction !== 'Output'});
  }
  alsa.snd_device_name_free_hint(hints[0]);
  return devices;
}

function hintText(hint: Pointer, id: 'NAME' | 'DESC' | 'IOID'): string | undefined {
  const text = library().snd_device_name_get_hint(hint, id);
  if (!text) return undefined;
  const value = koffi.decode.string(text);
  library().free(text);
  return value;
}
