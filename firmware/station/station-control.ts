import type {EchoFigures} from '../audio/echo/echo-chain.ts';
import type {LoopFindings} from '../audio/loop-test.ts';
import type {RecordingFindings} from '../audio/recording-test.ts';
import type {Result} from '../base/result.ts';
import type {CallRecord, LadderMessage} from './call-record.ts';
import type {JournalEntry} from './journal-event.ts';
import type {StationStatus} from './status.ts';

/** What may be asked of a door. */
export type DoorCommand = 'open' | 'hold' | 'lock' | 'normal';

/** Why a command was not carried out. */
export interface CommandFailure {
  /**
   * `unknown`: no such button, door or call. `busy`: there is a call already. `no-call`: there is none to
   * answer or hang up. `bad-target`: nobody can be called under that name. `blocked`: the door was locked, or the
   * tamper contact is open. `failed`: the hardware said no.
   */
  code: 'unknown' | 'busy' | 'no-call' | 'bad-target' | 'blocked' | 'failed';
  /** Plain words, with what is allowed. */
  text: string;
}

export type CommandResult = Result<undefined, CommandFailure>;

/** Levels in dB full scale, -96 to 0, and how the echo canceller is doing. */
export interface Meters {
  /** As it leaves, and as it was captured before echo and noise were taken away. */
  microphone: number;
  captured: number;
  speaker: number;
  /** Null where nothing is cancelled. */
  echo: EchoFigures | null;
}

/**
 * What the web page and other remote controls may ask of a station. Callbacks are called when something
 * changed.
 */
export interface StationControl {
  status(): StationStatus;
  /**
   * Presses the button named so in the configuration, as a finger would: on a simulated board the line moves.
   */
  press(button: string): CommandResult;
  /** From the next press on the button calls `targets`. `by` goes into the journal. */
  setTargets(button: string, targets: readonly string[], by: string): CommandResult;
  /** Tells that `by` has put a backup in the place of the configuration. */
  restored(by: string): void;
  /** Shows and sounds where it is, and says its address aloud. */
  locate(): CommandResult;
  /** The microphone is live for half a minute, so that its level is told. */
  listen(): CommandResult;
  /** Plays a sound, hears it by the microphone, and compares; takes 2.5 s. */
  testLoop(): Promise<Result<LoopFindings, CommandFailure>>;
  /** Records five seconds, and plays them. */
  testRecording(): Promise<Result<RecordingFindings, CommandFailure>>;
  /** Calls `target`: "101", "192.168.1.20", "sip:user@host". */
  dial(target: string): CommandResult;
  /** Answers the call that waits. */
  answer(): CommandResult;
  /** Ends, cancels or refuses the current call. */
  hangUp(): CommandResult;
  /**
   * Releases a door for its configured time (`open`), until told otherwise (`hold`), keeps it shut whoever asks
   * (`lock`), or ends the last two (`normal`). `by` goes into the journal.
   */
  commandDoor(door: string, command: DoorCommand, by: string): CommandResult;
  /**
   * The frame that the light shows: red, green, blue for each light; empty where there is none. Do not change
   * it.
   */
  light(): Uint8Array;
  /** The SIP messages of a call so far; undefined where the call is unknown. */
  ladder(call: number): LadderMessage[] | undefined;
  /** The status has changed: a state, a door, an account, a button. Not called for counting seconds. */
  onChange: (() => void) | undefined;
  /** A new frame is shown, at most 25 a second. The bytes are valid until the next one. */
  onLight: ((frame: Uint8Array) => void) | undefined;
  /** About 10 a second while there is sound. */
  onMeters: ((meters: Meters) => void) | undefined;
  /** The ladder of this call has grown. */
  onLadder: ((call: number) => void) | undefined;
}

/** The part of the journal that is read by others. */
export interface JournalReader {
  /** Entries with a number above `seq`, in order, at most `limit`. */
  after(seq: number, limit: number): JournalEntry[];
  /** Number of the newest entry; 0 while there is none. */
  readonly latest: number;
  /** Called once entries are safely written, with the number of the newest. */
  onAppended: ((seq: number) => void) | undefined;
}

/** The part of the call log that is read by others. */
export interface CallLogReader {
  /** Newest first; `before` is the id below which to go on. */
  list(limit: number, before?: number): CallRecord[];
  get(id: number): CallRecord | undefined;
}
