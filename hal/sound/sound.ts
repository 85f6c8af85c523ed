import {type Clock, HardwareError, type SoundCard} from '../hal.ts';
import {AlsaMicrophone, AlsaSpeaker} from './alsa.ts';
import type {Microphone, Speaker} from './direction.ts';
import {PacedMicrophone} from './paced-microphone.ts';
import {PacedSpeaker} from './paced-speaker.ts';
import {readWavFile} from './wav-file.ts';
import {WavRecorder} from './wav-recorder.ts';

export interface SoundOptions {
  /** `alsa:NAME`, `file:PATH.wav` (heard once from the start of each capture, then silence, at the rate of the file) or `silence`. */
  readonly microphone: string;
  /** `alsa:NAME`, `file:PATH.wav` (records what is played, at most an hour) or `discard`. */
  readonly speaker: string;
  /** Hz, wished for in both directions. */
  readonly rate: number;
  /** Paces what is no real device. */
  readonly clock: Clock;
  /** Told, in words, when a device is lost. */
  readonly log: (text: string) => void;
}

/**
 * Opens a microphone and a speaker, of the same or of different kinds, as one sound card.
 * Whoever has not read or written for a second has paused: the next read or write starts anew, and what was missed
 * is not counted in `xruns`.
 * @throws HardwareError that names the direction and says what to do.
 */
export function openSoundCard(options: SoundOptions): SoundCard {
  const microphone = naming('microphone', options.microphone, () => openMicrophone(options));
  let speaker: Speaker;
  try {
    speaker = naming('speaker', options.speaker, () => openSpeaker(options));
  } catch (error) {
    microphone.close();
    throw error;
  }
  return {
    captureRate: microphone.rate,
    playbackRate: speaker.rate,
    name:
      options.microphone === options.speaker
        ? options.speaker
        : `${options.microphone} and ${options.speaker}`,
    read: (samples) => microphone.read(samples),
    write: (samples) => speaker.write(samples),
    playbackDelay: () => speaker.delay(),
    get xruns() {
      return microphone.xruns + speaker.xruns;
    },
    close() {
      microphone.close();
      speaker.close();
    },
  };
}

function openMicrophone({microphone, rate, clock, log}: SoundOptions): Microphone {
  const {kind, name} = split(microphone);
  switch (kind) {
    case 'alsa':
      return new AlsaMicrophone({device: name, rate, clock, log});
    case 'file':
      return new PacedMicrophone(readWavFile(name), clock);
    case 'silence':
      return new PacedMicrophone({rate, samples: new Int16Array(0)}, clock);
    default:
      throw new HardwareError('is none of alsa:NAME, file:PATH.wav, silence');
  }
}

function openSpeaker({speaker, rate, clock, log}: SoundOptions): Speaker {
  const {kind, name} = split(speaker);
  switch (kind) {
    case 'alsa':
      return new AlsaSpeaker({device: name, rate, clock, log});
    case 'file':
      return new PacedSpeaker(rate, clock, new WavRecorder(name, rate));
    case 'discard':
      return new PacedSpeaker(rate, clock, undefined);
    default:
      throw new HardwareError('is none of alsa:NAME, file:PATH.wav, discard');
  }
}

/** `kind:name`; a name may hold colons. */
function split(spec: string): {kind: string; name: string} {
  const colon = spec.indexOf(':');
  return colon < 0 ? {kind: spec, name: ''} : {kind: spec.slice(0, colon), name: spec.slice(colon + 1)};
}

function naming<Half>(direction: string, spec: string, open: () => Half): Half {
  try {
    return open();
  } catch (error) {
    throw new HardwareError(`${direction} ${spec}: ${(error as Error).message}`);
  }
}
