import {type Clock, HardwareError, type SoundCard, type SoundTiming} from '../hal.ts';
import {AlsaMicrophone, AlsaSpeaker} from './alsa.ts';
import {DeviceError} from './device-error.ts';
import {type Microphone, type Speaker, USUAL_TIMING} from './direction.ts';
import {LastingHalf} from './lasting-half.ts';
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
  /** Of ALSA devices; undefined: what is usual. */
  readonly timing?: SoundTiming | undefined;
  /** Paces what is no real device. */
  readonly clock: Clock;
}

/**
 * Opens a microphone and a speaker, of the same or of different kinds, as one sound card. An ALSA device that cannot be had is
 * silence until `refresh` finds it; `state` says why.
 * Whoever has not read or written for a second has paused: the next read or write starts anew, and what was missed
 * is not counted as an overrun or underrun.
 * @throws HardwareError that names the direction and says what to do, for files and for names of no kind.
 */
export function openSoundCard(options: SoundOptions): SoundCard {
  const {rate, clock} = options;
  const microphone = new LastingHalf<Microphone>(
    options.microphone,
    () => naming('microphone', options.microphone, () => openMicrophone(options)),
    new PacedMicrophone({rate, samples: new Int16Array(0)}, clock),
  );
  let speaker: LastingHalf<Speaker>;
  try {
    speaker = new LastingHalf<Speaker>(
      options.speaker,
      () => naming('speaker', options.speaker, () => openSpeaker(options)),
      new PacedSpeaker(rate, clock, undefined),
    );
  } catch (error) {
    microphone.close();
    throw error;
  }
  return {
    get captureRate() {
      return microphone.current.rate;
    },
    get playbackRate() {
      return speaker.current.rate;
    },
    get state() {
      return {microphone: microphone.state, speaker: speaker.state};
    },
    read: (samples) => microphone.current.read(samples),
    write: (samples) => speaker.current.write(samples),
    playbackDelay: () => speaker.current.delay(),
    refresh() {
      const heard = microphone.refresh();
      return speaker.refresh() || heard;
    },
    close() {
      microphone.close();
      speaker.close();
    },
  };
}

function openMicrophone({microphone, rate, timing = USUAL_TIMING, clock}: SoundOptions): Microphone {
  const {kind, name} = split(microphone);
  switch (kind) {
    case 'alsa':
      return new AlsaMicrophone({device: name, rate, timing, clock});
    case 'file':
      return new PacedMicrophone(readWavFile(name), clock);
    case 'silence':
      return new PacedMicrophone({rate, samples: new Int16Array(0)}, clock);
    default:
      throw new HardwareError('is none of alsa:NAME, file:PATH.wav, silence');
  }
}

function openSpeaker({speaker, rate, timing = USUAL_TIMING, clock}: SoundOptions): Speaker {
  const {kind, name} = split(speaker);
  switch (kind) {
    case 'alsa':
      return new AlsaSpeaker({device: name, rate, timing, clock});
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
    if (error instanceof DeviceError) throw error;
    throw new HardwareError(`${direction} ${spec}: ${(error as Error).message}`);
  }
}
