/**
 * The hardware abstraction layer: everything the firmware may ask of a board.
 * Drivers in the folders beside this file implement these interfaces; the firmware knows nothing else of them.
 */

import type {Socket} from 'node:dgram';

/** A pending callback of a `Clock`. */
export interface Timer {
  /** Stops it. Harmless when it has fired or was cancelled before. */
  cancel(): void;
}

/** The time, handed in to whatever waits, so that tests can run on a clock of their own. */
export interface Clock {
  /** Monotonic time in ms since an arbitrary start; never jumps. */
  now(): number;
  /** Wall-clock time in ms since 1970-01-01 UTC; may jump. For records only, never for durations. */
  wallTime(): number;
  /** Calls `callback` once, `milliseconds` from now. */
  after(milliseconds: number, callback: () => void): Timer;
}

/** A contact or button. "Active" means pressed, whatever the electrical level. */
export interface InputLine {
  readonly name: string;
  readonly active: boolean;
  /**
   * Called for each change that outlasted the debounce time.
   * `at` is the clock's time (ms) at which the change was accepted.
   */
  onChange: ((active: boolean, at: number) => void) | undefined;
  /** Level changes that were shorter than the debounce time, since start. */
  readonly glitches: number;
}

/** A relay or other switched output. Inactive is its safe state, set when the board opens and when it closes. */
export interface OutputLine {
  readonly name: string;
  /** The load has current while the line is inactive, and none while it is active. */
  readonly inverted?: boolean;
  readonly active: boolean;
  /** @throws Error where it cannot be switched. */
  set(active: boolean): void;
  /** Called where it turns out later that it was not, or cannot be reached any more; it is inactive from then on. */
  onFault?: (() => void) | undefined;
}

/** RGB lights: a ring of them, or one. */
export interface LightRing {
  /** Number of lights. */
  readonly count: number;
  /**
   * Shows one frame: `3 * count` bytes, red green blue for each light in turn, 0 to 255, as bright as they are to look (as on
   * a screen, not in proportion to power). `brightness`, 0 to 1 in the same sense, dims all of it; what cannot be dimmed only
   * goes out at 0. Returns at once.
   * @throws Error where the light does not work.
   */
  show(frame: Uint8Array, brightness: number): void;
}

/** The board: its lines by the names that the board file gives. */
export interface Board {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, InputLine>;
  readonly outputs: ReadonlyMap<string, OutputLine>;
  readonly light: LightRing | undefined;
  /**
   * Moves an input as a finger would, where the board is simulated: pressed for `milliseconds`, through
   * debounce and all. Undefined on real hardware.
   */
  readonly press: ((input: string, milliseconds: number) => void) | undefined;
  /** Puts every output in its safe state and frees the hardware. */
  close(): void;
}

/** Why a microphone or loudspeaker does not work. */
export interface SoundFault {
  /**
   * `missing`: no such device is there, or it was unplugged; `in-use`: another program has it; `forbidden`: the permissions do not
   * allow it; `failed`: anything else.
   */
  readonly state: 'missing' | 'in-use' | 'forbidden' | 'failed';
  /** What is wrong, and what to do about it. */
  readonly text: string;
}

/** How a microphone or a loudspeaker is. */
export interface SoundHalf {
  /** As the configuration calls it, such as `alsa:plughw:CARD=Device`. */
  readonly device: string;
  /** Hz, of the device itself; null while it does not work. */
  readonly rate: number | null;
  /** Null while it works. */
  readonly fault: SoundFault | null;
  /** Overruns or underruns of its buffer since the start. */
  readonly xruns: number;
}

/** How sound is moved to and from a card; the hardware may give other times. */
export interface SoundTiming {
  /** Between two interrupts. */
  readonly periodMs: number;
  /** What both directions hold at most. */
  readonly bufferMs: number;
}

/** What a card can do in one direction; while somebody uses it only who that is. */
export interface SoundDirectionInfo {
  /** Hz; those that are usual. */
  readonly rates: readonly number[];
  readonly channels: {readonly least: number; readonly most: number} | null;
  /** The time between two interrupts, in ms. */
  readonly periodMs: {readonly least: number; readonly most: number} | null;
  /** The program that has it open; null where it is free. */
  readonly inUseBy: string | null;
}

/** One side of a mixer's control: its volume in percent, and whether it is on; null where it has no such thing. */
export interface SoundControlSide {
  readonly percent: number | null;
  readonly on: boolean | null;
}

/** A sound card of this machine. */
export interface SoundCardInfo {
  /** Stays the same over restarts: `alsa:plughw:CARD=ID`. */
  readonly id: string;
  readonly name: string;
  readonly playback: SoundDirectionInfo | null;
  readonly capture: SoundDirectionInfo | null;
  readonly controls: readonly {
    readonly name: string;
    readonly playback: SoundControlSide | null;
    readonly capture: SoundControlSide | null;
  }[];
}

/** Both of them. */
export interface SoundState {
  readonly microphone: SoundHalf;
  readonly speaker: SoundHalf;
}

/**
 * One direction pair of sound, mono, signed 16 bit, never blocking. Owned by the media thread alone. All counts are in samples.
 * What does not work is silence until it does: nothing here throws.
 */
export interface SoundCard {
  /** Sample rates in Hz: of what is read, and of what is written. They change in `refresh` only. */
  readonly captureRate: number;
  readonly playbackRate: number;
  readonly state: SoundState;
  /** Moves up to `samples.length` captured samples into `samples`; returns how many there were. */
  read(samples: Int16Array): number;
  /** Queues samples for playback; returns how many were taken. */
  write(samples: Int16Array): number;
  /** Samples that are queued and not yet heard. */
  playbackDelay(): number;
  /** Looks whether what works is still there, and tries what does not. Returns whether a device has come or gone. */
  refresh(): boolean;
  close(): void;
}

/**
 * Binds a socket of Node.js that is not bound yet, at once, so that what it sends is marked for the network on the way.
 * `codePoint` is the DSCP (RFC 2474), 0 to 63; port 0 takes any free one. An IPv6 socket takes IPv6 only.
 * @throws NodeJS.ErrnoException with the codes of `socket.bind`.
 */
export type BindMarked = (
  socket: Socket,
  where: {readonly address: string; readonly port: number},
  codePoint: number,
) => void;

/** The networks that this machine is connected to. */
export interface Network {
  /**
   * The addresses by which other machines may reach this one: of links that are up, without loopback and without those
   * of IPv6 that hold on one link only.
   */
  readonly addresses: readonly string[];
  /** Whether an address is one of this machine's, loopback included, whether or not its link is up. */
  has(address: string): boolean;
  /**
   * Called when a link with an address, such an address, or a default route has come, gone or changed. Several may come
   * within a moment.
   */
  onChange: (() => void) | undefined;
  close(): void;
}

/** Where a reader of cards or a keypad is connected, and what it speaks. */
export interface ReaderSetting {
  /**
   * The device file of a serial port; for `keyboard` one of /dev/input, or `evdev:` and the name that the kernel gives the
   * device.
   */
  readonly port: string;
  readonly kind: 'rdm6300' | 'wiegand' | 'keypad' | 'keyboard';
}

/** A card that was shown, by the number printed on it, or digits that were typed, without the key that ended them. */
export interface ReaderEntry {
  readonly kind: 'card' | 'code';
  readonly digits: string;
}

/** A reader of cards, or a keypad. */
export interface Reader {
  /** A card has come, or a code was entered. A card that stays is told once. */
  onEntry: ((entry: ReaderEntry) => void) | undefined;
  /** The device is there (undefined), or why it is not. First told after the call that opened it. */
  onState: ((fault: string | undefined) => void) | undefined;
  close(): void;
}

/** Restarts the program, or the machine, when it is not fed in time. */
export interface Watchdog {
  /** How long (ms) it waits for the next `feed`. */
  readonly patience: number;
  feed(): void;
  /** Ends the watch, as far as it lets itself be told. */
  close(): void;
}

/** The program that has started this one as a service (systemd), and wants to know how it is. */
export interface ServiceManager {
  /** Its watch over this program; undefined where it keeps none. */
  readonly watchdog: Watchdog | undefined;
  /** What the service does, for people to read. */
  status(text: string): void;
  ready(): void;
  stopping(): void;
  close(): void;
}

/** How the machine itself is; null where it does not tell. */
export interface SystemFacts {
  /** Of the processor, in °C. */
  readonly temperature: number | null;
  /** The processor is slowed down, for heat or for want of current. */
  readonly throttled: boolean | null;
  /** The supply voltage is too low. */
  readonly undervoltage: boolean | null;
}

/** Why a piece of hardware could not be used, in words that say what to do next. */
export class HardwareError extends Error {
  override name = 'HardwareError';
}
