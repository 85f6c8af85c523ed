import type {SoundState} from '../../hal/hal.ts';
import type {DroppedPackets} from '../rtp/dropped-packets.ts';
import type {LightState} from './light-pattern.ts';

/**
 * What the station is doing. `calling`: nobody's phone rings yet; `ringing`: at least one does;
 * `incoming`: somebody calls and waits for `answer()`.
 */
export type StationState = 'idle' | 'calling' | 'ringing' | 'talking' | 'incoming';

/** Figures of a call's sound: packets, and times in ms. All zero, and `mos` null, while none has flowed. */
export interface RtpFigures {
  sent: number;
  received: number;
  /** Packets that never came. */
  lost: number;
  /** Packets that came too late to be played. */
  late: number;
  /** Datagrams that came to the ports of the call and were not used, by reason. */
  dropped: Readonly<DroppedPackets>;
  /** Interarrival jitter (RFC 3550 section 6.4.1). */
  jitterMs: number;
  /** Time a packet waits here before it is heard. */
  delayMs: number;
  /** Overruns of the microphone's buffer and underruns of the loudspeaker's during the call. */
  xruns: number;
  /**
   * Estimated listening quality, 1 (bad) to 4.4 (as good as the codec gets); null before anything was
   * received.
   */
  mos: number | null;
  /** Packets from here that never arrived there. This and what follows is told by the other side; null until it has. */
  remoteLost: number | null;
  /** Interarrival jitter there. */
  remoteJitterMs: number | null;
  /** From here to there and back. */
  roundTripMs: number | null;
  /** Listening quality there, 1 to 5. */
  remoteMos: number | null;
}

/** The call that is going on. */
export interface CallStatus {
  /** The same number as in the call log. */
  id: number;
  direction: 'outgoing' | 'incoming';
  /** Who is called or calls, as SIP URI or as dialled; several that ring together are joined by ", ". */
  peer: string;
  /** Name of who calls, where it may be believed. */
  peerName?: string;
  /** Null until it is answered. */
  codec: string | null;
  /** Crypto suite of SRTP; null where the sound is not encrypted, or not answered yet. */
  encryption: string | null;
  /** Time since it was answered, whole seconds; 0 before. */
  seconds: number;
  rtp: RtpFigures;
}

/** One line of `accounts`: is it registered, and if not, why, in plain words. */
export interface AccountStatus {
  name: string;
  registered: boolean;
  reason: string;
  /** How often a server was asked to register since the start. */
  attempts: number;
  /** When that was last, and when it will be next, ISO 8601 in UTC; null before the first, and while one is under way. */
  lastAttempt: string | null;
  nextAttempt: string | null;
  /** What waits in its mailbox at the server; null where that does not tell. The counts may be null by themselves. */
  messages: {waiting: boolean; new: number | null; old: number | null} | null;
}

/**
 * `normal`: opens for its time when asked. `held`: open until told otherwise. `locked`: nothing opens it.
 */
export type DoorMode = 'normal' | 'held' | 'locked';

/** A door as `GET /api/status` shows it. */
export interface DoorStatus {
  name: string;
  /** The lock is released. */
  open: boolean;
  mode: DoorMode;
  /** Whether the door leaf stands open; null where no contact tells. */
  ajar: boolean | null;
}

/** A reader of cards, or a keypad. */
export interface ReaderStatus {
  name: string;
  kind: 'rdm6300' | 'wiegand' | 'keypad' | 'keyboard';
  /** Its device is there and open. */
  connected: boolean;
  /** Why it is not connected, or was not the last time; null where it always was. */
  lastFault: string | null;
  /** Cards and codes that came since the start, all in all; those of them that opened a door, and that were not on the list. */
  read: number;
  opened: number;
  refused: number;
}

/** How the sound card is, and what comes from it. */
export interface SoundCondition extends SoundState {
  /** In use, the microphone has given nothing at all for seconds, not even noise. */
  readonly microphoneSilent: boolean;
}

/** The body of `GET /api/status`. */
export interface StationStatus {
  name: string;
  board: string;
  version: string;
  /** Seconds since the station was started. */
  uptime: number;
  state: StationState;
  call: CallStatus | null;
  accounts: AccountStatus[];
  /** The addresses by which others reach this machine; null where it needs no network, or cannot watch it. */
  network: {available: boolean; addresses: string[]} | null;
  /** How the machine is: °C of the processor, and so on, null where it does not tell; null where nobody looks. */
  system: {temperature: number | null; throttled: boolean | null; undervoltage: boolean | null} | null;
  /** Microphone and loudspeaker; null before the media thread has told of them. */
  audio: SoundCondition | null;
  doors: DoorStatus[];
  readers: ReaderStatus[];
  /**
   * `pressed` is the debounced state of the line, `stuck` when it has been so for a minute; `glitches` are the changes
   * that were too short to count; `call` is whom it calls.
   */
  buttons: {name: string; pressed: boolean; stuck: boolean; glitches: number; call: string[]}[];
  /**
   * Name of the light state that is shown, see light-pattern.ts; told in words so that it needs no eyes for
   * colour.
   */
  light: LightState;
  /** Lights of the ring; 0 where the board has none. */
  lights: number;
}
