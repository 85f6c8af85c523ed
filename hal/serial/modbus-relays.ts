import {type Clock, HardwareError, type OutputLine, type Timer} from '../hal.ts';
import {LastingDevice} from '../linux/lasting-device.ts';
import {CoilAnswers, readCoil, writeCoil} from './modbus-frame.ts';
import {ANSWER_TIME, ModbusMaster} from './modbus-master.ts';
import {SerialLine, type SerialOptions} from './serial-line.ts';

/** What relay boards are set to when they are sold. */
const BAUD_RATE = 9_600;
/** How often a relay that has nothing to do is asked how it is; ms. */
const LOOK = 10_000;
/** A relay that has not answered is left alone for so long; ms. */
const PAUSE = 1_000;
/** A frame, its answer and the silences between them take less; ms. */
const FRAME_TIME = 50;
/** How often a relay is asked that answers else; one that does not must not keep the others waiting. */
const ATTEMPTS = 3;
/** How often is looked whether an answer is there, where nothing else can wait for it; ms. */
const STEP = 10;

type Line = Pick<SerialLine, 'write' | 'writeNow' | 'readNow' | 'close'>;

/** One relay: a coil (0 to 65535) of a unit (1 to 247). */
export interface ModbusRelaySetting {
  readonly name: string;
  readonly unit: number;
  readonly coil: number;
  /** Its coil is on while it is inactive. */
  readonly inverted: boolean;
}

interface Relay extends OutputLine {
  readonly setting: ModbusRelaySetting;
  active: boolean;
  /** What its board has said of it; undefined before that, and since it gave no answer. */
  confirmed: boolean | undefined;
  /** When it may be asked, by the clock (ms). */
  notBefore: number;
  onFault: (() => void) | undefined;
}

/**
 * The relays of one RS-485 line (Modbus RTU). Each is made inactive when the line opens. One that gives no answer is made
 * inactive as soon as it does again, and never active later than it was asked for. All are asked now and then, so that
 * a board that has lost its power meanwhile is noticed and set right.
 */
export class ModbusRelays {
  readonly outputs: ReadonlyMap<string, OutputLine>;
  readonly #relays: Relay[];
  readonly #clock: Clock;
  readonly #device: LastingDevice<Line>;
  #line: Line | undefined;
  #master: ModbusMaster | undefined;
  #busy = false;
  #timer: Timer | undefined;
  #closed = false;

  constructor(
    port: string,
    settings: readonly ModbusRelaySetting[],
    clock: Clock,
    openLine: (options: SerialOptions) => Promise<Line> = SerialLine.open,
  ) {
    this.#clock = clock;
    this.#relays = settings.map((setting) => this.#makeRelay(setting));
    this.outputs = new Map(this.#relays.map((relay) => [relay.name, relay]));
    this.#device = new LastingDevice<Line>({
      find: () => port,
      open: (path, lost) =>
        openLine({path, baudRate: BAUD_RATE, data: (bytes) => this.#master?.receive(bytes), lost}),
      changed: (line) => (line === undefined ? this.#lost() : this.#opened(line)),
      clock,
    });
  }

  /** Makes inactive, before it returns, what is not known to be. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#master?.close();
    for (const relay of this.#relays) {
      relay.active = false;
      if (relay.confirmed !== false) this.#makeInactive(relay);
    }
    this.#device.close();
  }

  #makeInactive(relay: Relay): void {
    const {unit, coil, inverted} = relay.setting;
    const request = writeCoil(unit, coil, inverted);
    try {
      for (let left = attemptsFor(relay); left > 0; left -= 1) {
        // What is on the line already has to be over, or both are lost.
        wait(FRAME_TIME);
        if (this.#line === undefined || isAnswered(this.#line, request)) return;
      }
    } catch {
      // Nobody is left who could be told.
    }
  }

  #makeRelay(setting: ModbusRelaySetting): Relay {
    const set = (active: boolean): void => {
      if (this.#closed) return;
      if (active && relay.confirmed === undefined)
        throw new HardwareError(`the relay ${setting.name} gives no answer`);
      relay.active = active;
      this.#next();
    };
    const relay: Relay = {
      name: setting.name,
      inverted: setting.inverted,
      setting,
      active: false,
      confirmed: undefined,
      notBefore: 0,
      onFault: undefined,
      set,
    };
    return relay;
  }

  #opened(line: Line): void {
    this.#line = line;
    this.#master = new ModbusMaster((bytes) => line.write(bytes), this.#clock);
    this.#busy = false;
    this.#next();
  }

  #lost(): void {
    this.#timer?.cancel();
    this.#master?.close();
    this.#master = undefined;
    this.#line = undefined;
    for (const relay of this.#relays) this.#fail(relay);
  }

  /** What was asked for is not carried out later. */
  #fail(relay: Relay): void {
    const wasKnown = relay.confirmed !== undefined;
    relay.active = false;
    relay.confirmed = undefined;
    relay.notBefore = this.#clock.now() + PAUSE;
    if (wasKnown) relay.onFault?.();
  }

  /** Switches a relay that is not as it should be, or asks one how it is, or waits until there is something to do. */
  #next(): void {
    if (this.#busy || this.#master === undefined) return;
    this.#timer?.cancel();
    const now = this.#clock.now();
    const wrong = (relay: Relay) => relay.active !== relay.confirmed && relay.confirmed !== undefined;
    const due = this.#relays.filter(({notBefore}) => notBefore <= now);
    const relay = this.#relays.find(wrong) ?? due[0];
    if (relay !== undefined) {
      this.#ask(relay);
      return;
    }
    const next = Math.min(...this.#relays.map(({notBefore}) => notBefore));
    this.#timer = this.#clock.after(next - now, () => this.#next());
  }

  #ask(relay: Relay): void {
    const {unit, coil, inverted} = relay.setting;
    const asIs = relay.confirmed === relay.active;
    const request = asIs ? readCoil(unit, coil) : writeCoil(unit, coil, relay.active !== inverted);
    this.#busy = true;
    this.#master?.ask(request, attemptsFor(relay), (answer) => {
      this.#busy = false;
      if (answer === undefined || answer.type === 'refused') {
        this.#fail(relay);
      } else {
        relay.confirmed = (answer.type === 'on') !== inverted;
        relay.notBefore = this.#clock.now() + LOOK;
      }
      this.#next();
    });
  }
}

function attemptsFor({confirmed}: Relay): number {
  return confirmed === undefined ? 1 : ATTEMPTS;
}

/** Sends a request, and waits for its answer. */
function isAnswered(line: Line, request: Uint8Array): boolean {
  const answers = new CoilAnswers(request);
  line.writeNow(request);
  for (let waited = 0; waited < ANSWER_TIME; waited += STEP) {
    wait(STEP);
    if (answers.push(line.readNow()) !== undefined) return true;
  }
  return false;
}

/** At the end of the process nothing else can wait. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
