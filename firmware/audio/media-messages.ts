import type {SoundState, SoundTiming} from '../../hal/hal.ts';
import type {AudioStream, SocketAddress} from '../rtp/audio-stream.ts';
import type {DroppedPackets} from '../rtp/dropped-packets.ts';
import type {Country} from './country-tones.ts';
import type {EchoFigures} from './echo/echo-chain.ts';
import type {Probe} from './sound-check.ts';
import type {SoundName} from './sound-names.ts';

/**
 * What is done about the loudspeaker's sound, and noise, in the microphone: cancelled; the microphone off while the other side
 * speaks; or nothing.
 */
export type EchoSetting = 'cancel' | 'half-duplex' | 'off';

/** What the control thread hands to the media thread when it starts it. */
export interface MediaSettings {
  /** `alsa:NAME`, `file:PATH.wav` or `silence`. */
  readonly microphone: string;
  /** `alsa:NAME`, `file:PATH.wav` or `discard`. */
  readonly speaker: string;
  readonly echo: EchoSetting;
  /** Whose ringback, busy and congestion tone are played. */
  readonly tones: Country;
  /** WAV files that are played in place of tones. */
  readonly sounds: Readonly<Partial<Record<SoundName, string | undefined>>>;
  readonly volumes: Volumes;
  /** Of the sound card; undefined: what is usual. */
  readonly timing?: SoundTiming | undefined;
  /** First and last UDP port for RTP. */
  readonly ports: {readonly first: number; readonly last: number};
}

/** How loud the loudspeaker is, in percent; see `gainOf`. */
export interface Volumes {
  /** Of the other side. */
  readonly speech: number;
  /** Of what the station itself gives to hear. */
  readonly sounds: number;
}

/** How a key of the other side came: as an event of RFC 4733, or as tones in the sound. */
export type KeyWay = 'rtp' | 'tone';

/** From the control thread. `session` and `request` are numbers that the control thread gives out. */
export type MediaCommand =
  | {
      readonly kind: 'open';
      readonly session: number;
      readonly address: string;
      /** The STUN server that tells how the port is seen from outside. */
      readonly stun?: SocketAddress | undefined;
    }
  | {readonly kind: 'update'; readonly session: number; readonly stream: AudioStream}
  | {readonly kind: 'close-session'; readonly session: number}
  | {readonly kind: 'attach'; readonly session: number | undefined}
  | {readonly kind: 'play'; readonly sound: SoundName | 'stop'}
  /** Mono, at the rate of the firmware's sound. */
  | {readonly kind: 'say'; readonly samples: Int16Array}
  | {readonly kind: 'digit'; readonly session: number; readonly digit: string}
  | {readonly kind: 'statistics'; readonly session: number; readonly request: number}
  /** The microphone is live for so long, for its levels; not in a call. */
  | {readonly kind: 'listen'; readonly milliseconds: number}
  /** Plays a sound at the firmware's rate and records as long; in a call it is answered at once, with nothing. */
  | {readonly kind: 'probe'; readonly request: number; readonly samples: Int16Array}
  | {readonly kind: 'answer'; readonly request: number}
  | {readonly kind: 'close'};

/** From the media thread. */
export type MediaReport =
  | {readonly kind: 'ready'}
  | {readonly kind: 'failed'; readonly text: string}
  | {
      readonly kind: 'opened';
      readonly session: number;
      readonly port: number;
      /** How the port, and the one above it, are seen from outside; undefined where that was not asked or not answered. */
      readonly mapped: SocketAddress | undefined;
      readonly mappedRtcp: SocketAddress | undefined;
    }
  | {readonly kind: 'open-failed'; readonly session: number; readonly text: string}
  | {readonly kind: 'digit'; readonly session: number; readonly digit: string; readonly way: KeyWay}
  | {readonly kind: 'silence'; readonly session: number; readonly seconds: number}
  | {
      readonly kind: 'statistics';
      readonly request: number;
      readonly statistics: SessionStatistics | undefined;
    }
  | {readonly kind: 'answered'; readonly request: number}
  | {readonly kind: 'meters'; readonly levels: Levels}
  /** Undefined where a call came in between. */
  | {readonly kind: 'probed'; readonly request: number; readonly probe: Probe | undefined}
  | {readonly kind: 'fault'; readonly text: string}
  /** At the start, and when a device has come or gone, or its count of overruns and underruns has grown. */
  | {readonly kind: 'sound'; readonly state: SoundCondition};

/** How the sound card is, and what comes from it. */
export interface SoundCondition extends SoundState {
  /** In use, the microphone has given nothing at all for seconds, not even noise. */
  readonly microphoneSilent: boolean;
}

/** Loudness in dBFS, -96 to 0, and how the echo canceller is doing. */
export interface Levels {
  /** As it leaves, and as it was captured before echo and noise were taken away. */
  readonly microphone: number;
  readonly captured: number;
  readonly speaker: number;
  /** Null where nothing is cancelled. */
  readonly echo: EchoFigures | null;
}

/** Figures of one session's sound since it was opened. */
export interface SessionStatistics {
  /** Packets. */
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  /** Packets that came too late to be played. */
  readonly late: number;
  /** Datagrams that were not used, by reason. */
  readonly dropped: Readonly<DroppedPackets>;
  /** Interarrival jitter, RFC 3550 section 6.4.1. */
  readonly jitterMs: number;
  /** How long losses in a row are on average, as a multiple of what random loss would have (ITU-T G.107). */
  readonly burstRatio: number;
  /** From a packet's coming to its being heard. */
  readonly delayMs: number;
  /** Overruns of the microphone's buffer and underruns of the loudspeaker's while it was connected with them. */
  readonly xruns: number;
  /** What the other side tells of the sound that it receives (RTCP); null as long as it has not. */
  readonly remoteLost: number | null;
  readonly remoteJitterMs: number | null;
  readonly roundTripMs: number | null;
  /** Mean opinion score, 1 to 5. */
  readonly remoteMos: number | null;
}
