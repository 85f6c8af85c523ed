import {checked} from './error.ts';
import {type Library, library, type NumberOut, type Pointer, type PointerOut} from './library.ts';
import type {PcmStream} from './pcm.ts';

const NONBLOCK = 1;
/** Rates that are asked for one by one, in Hz. */
const USUAL_RATES = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

/** What a device can do in one direction. */
export interface Abilities {
  /** Those of the usual rates that it does, in Hz. */
  readonly rates: readonly number[];
  readonly channels: {readonly least: number; readonly most: number};
  /** The time between two interrupts, in ms. */
  readonly periodMs: {readonly least: number; readonly most: number};
}

/**
 * Asks a device, such as `hw:CARD=Device`, what it can do. It must not be open elsewhere.
 * @throws AlsaError where it has no such direction, is in use, or missing.
 */
export function abilitiesOf(device: string, stream: PcmStream): Abilities {
  const alsa = library();
  const pcm: PointerOut = [null];
  const direction = stream === 'playback' ? 0 : 1;
  checked(alsa.snd_pcm_open(pcm, device, direction, NONBLOCK), () => `${stream} device "${device}"`);
  const params: PointerOut = [null];
  try {
    checked(alsa.snd_pcm_hw_params_malloc(params), () => 'no memory');
    checked(alsa.snd_pcm_hw_params_any(pcm[0]!, params[0]!), () => `${stream} device "${device}"`);
    return read(alsa, pcm[0]!, params[0]!);
  } finally {
    if (params[0]) alsa.snd_pcm_hw_params_free(params[0]);
    alsa.snd_pcm_close(pcm[0]!);
  }
}

function read(alsa: Library, pcm: Pointer, params: Pointer): Abilities {
  const number = (get: (out: NumberOut) => number): number => {
    const out: NumberOut = [0];
    return get(out) < 0 ? 0 : out[0];
  };
  const milliseconds = (microseconds: number) => Math.round(microseconds / 100) / 10;
  return {
    rates: USUAL_RATES.filter((rate) => alsa.snd_pcm_hw_params_test_rate(pcm, params, rate, 0) === 0),
    channels: {
      least: number((out) => alsa.snd_pcm_hw_params_get_channels_min(params, out)),
      most: number((out) => alsa.snd_pcm_hw_params_get_channels_max(params, out)),
    },
    periodMs: {
      least: milliseconds(number((out) => alsa.snd_pcm_hw_params_get_period_time_min(params, out, null))),
      most: milliseconds(number((out) => alsa.snd_pcm_hw_params_get_period_time_max(params, out, null))),
    },
  };
}
