import type {Probe} from '../audio/sound-check.ts';
import type {SoundName} from '../audio/sound-names.ts';
import type {MediaPort} from '../sip/agent/call.ts';
import type {Meters} from './station-control.ts';
import type {RtpFigures, SoundCondition} from './status.ts';

/** The sounds that the station makes at its own speaker. `stop` ends one that goes on by itself. */
export type Sound = SoundName | 'stop';

/** The sound side of one call. */
export interface CallMedia extends MediaPort {
  /** A key of the other side, by RFC 4733 or, where that was not agreed on, by tones; once for each key. */
  onDigit: ((digit: string, way: 'rtp' | 'tone') => void) | undefined;
  /** Nothing has been received for so many seconds: told at 4 and at 10. */
  onSilence: ((seconds: number) => void) | undefined;
  /** Undefined when the sound is closed already. */
  statistics(): Promise<(Omit<RtpFigures, 'mos'> & {readonly burstRatio?: number}) | undefined>;
}

/** The part of the media engine that the station uses. */
export interface Media {
  /** Joins microphone and speaker with one call's sound; undefined: with none. */
  attach(session: CallMedia | undefined): void;
  play(sound: Sound): void;
  /** Says an IPv4 address aloud, unless somebody is connected. */
  announce(address: string): void;
  /** Keeps the microphone live for so long (ms), for its levels; not in a call. */
  listen(milliseconds: number): void;
  /** Plays a sound and records what the microphone hears for as long; undefined where a call comes before the end. */
  probe(samples: Int16Array): Promise<Probe | undefined>;
  onMeters: ((meters: Meters) => void) | undefined;
  onFault: ((text: string) => void) | undefined;
  /** How the sound card is; undefined before it was told. */
  readonly sound: SoundCondition | undefined;
  onSound: ((condition: SoundCondition) => void) | undefined;
}

/**
 * The sound of a call, from the port that the telephone was given for it. The telephone knows it only as a
 * port; undefined before it is open.
 */
export function callMedia(port: MediaPort | undefined): CallMedia | undefined {
  return port && 'statistics' in port ? (port as CallMedia) : undefined;
}
