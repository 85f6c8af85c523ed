import type {LoopFindings} from '../../firmware/audio/loop-test.ts';
import {failure, success} from '../../firmware/base/result.ts';
import {nothingDropped} from '../../firmware/rtp/dropped-packets.ts';
import type {CallRecord, LadderMessage} from '../../firmware/station/call-record.ts';
import type {JournalEntry, JournalEvent} from '../../firmware/station/journal-event.ts';
import type {
  CallLogReader,
  CommandResult,
  DoorCommand,
  JournalReader,
  Meters,
  StationControl,
} from '../../firmware/station/station-control.ts';
import type {StationStatus} from '../../firmware/station/status.ts';
import type {Shown} from '../../firmware/web/shown.ts';
import type {SoundCardInfo} from '../../hal/hal.ts';

const noFigures = {
  sent: 0,
  received: 0,
  lost: 0,
  late: 0,
  dropped: nothingDropped,
  jitterMs: 0,
  delayMs: 0,
  xruns: 0,
  mos: null,
  remoteLost: null,
  remoteJitterMs: null,
  roundTripMs: null,
  remoteMos: null,
};

/** A station that does what a test tells it to, and writes down what it was asked. */
export class FakeStation implements StationControl, JournalReader, CallLogReader {
  onChange: (() => void) | undefined;
  onLight: ((frame: Uint8Array) => void) | undefined;
  onMeters: ((meters: Meters) => void) | undefined;
  onLadder: ((call: number) => void) | undefined;
  onAppended: ((seq: number) => void) | undefined;

  /** The commands in order, for example "press bell". */
  readonly asked: string[] = [];
  readonly entries: JournalEntry[] = [];
  readonly records: CallRecord[] = [];
  readonly ladders = new Map<number, LadderMessage[]>();
  /** The sound cards of the machine. */
  cards: readonly SoundCardInfo[] = [];
  /** What tests of the sound find. */
  loop: LoopFindings = {
    ...{passed: true, finding: 'passed', text: 'The loudspeaker is heard.'},
    ...{delayMs: 74, level: -23, noise: -61, distortion: 2},
  };
  /** What the next commands come to. */
  outcome: CommandResult = success(undefined);
  frame = new Uint8Array(48);
  current: StationStatus = {
    name: 'Front door',
    board: 'simulated',
    version: '0.1.0',
    uptime: 4711,
    state: 'idle',
    call: null,
    accounts: [],
    system: null,
    network: {available: true, addresses: ['192.0.2.7']},
    audio: null,
    doors: [{name: 'front', open: false, mode: 'normal', ajar: null}],
    readers: [],
    buttons: [{name: 'bell', pressed: false, stuck: false, glitches: 0, call: ['sip:indoor@127.0.0.1:5062']}],
    light: 'ready',
    lights: 16,
  };
  readonly board = {
    inputs: new Map([
      ['button-1', {name: 'button-1', active: false, onChange: undefined, glitches: 0}],
      ['button-2', {name: 'button-2', active: false, onChange: undefined, glitches: 0}],
    ]),
    outputs: new Map([
      ['relay-1', {name: 'relay-1', active: false, set: () => undefined}],
      ['relay-2', {name: 'relay-2', active: false, set: () => undefined}],
    ]),
  };

  get latest(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Everything the web needs of it, without what a test must give: who may, and the configuration. */
  get shown(): Omit<Shown, 'access' | 'settings' | 'restart'> {
    return {station: this, journal: this, calls: this, soundCards: () => this.cards, board: this.board};
  }

  status(): StationStatus {
    return this.current;
  }

  setTargets(button: string, targets: readonly string[], by: string): CommandResult {
    if (button !== 'bell') return unknown(`There is no button "${button}". The buttons are: bell.`);
    return this.#did(`set ${button} to ${targets.join(' ')} by ${by}`);
  }

  restored(by: string): void {
    this.asked.push(`restored by ${by}`);
  }

  listen(): CommandResult {
    return this.#did('listen');
  }

  async testLoop(): ReturnType<StationControl['testLoop']> {
    const done = this.#did('test loop');
    return done.ok ? success(this.loop) : done;
  }

  async testRecording(): ReturnType<StationControl['testRecording']> {
    const done = this.#did('test recording');
    return done.ok ? success({text: 'Recorded and played.', peak: -6, level: -23}) : done;
  }

  locate(): CommandResult {
    return this.#did('locate');
  }

  press(button: string): CommandResult {
    if (button !== 'bell') return unknown(`There is no button "${button}". The buttons are: bell.`);
    return this.#did(`press ${button}`);
  }

  commandDoor(door: string, command: DoorCommand, by: string): CommandResult {
    if (door !== 'front') return unknown(`There is no door "${door}". The doors are: front.`);
    return this.#did(`${command} ${door} by ${by}`);
  }

  dial(target: string): CommandResult {
    return this.#did(`dial ${target}`);
  }

  answer(): CommandResult {
    return this.#did('answer');
  }

  hangUp(): CommandResult {
    return this.#did('hang up');
  }

  light(): Uint8Array {
    return this.frame;
  }

  ladder(call: number): LadderMessage[] | undefined {
    return this.ladders.get(call);
  }

  after(seq: number, limit: number): JournalEntry[] {
    return this.entries.filter((entry) => entry.seq > seq).slice(0, limit);
  }

  list(limit: number, before = Number.MAX_SAFE_INTEGER): CallRecord[] {
    return this.records.filter(({id}) => id < before).slice(0, limit);
  }

  get(id: number): CallRecord | undefined {
    return this.records.find((record) => record.id === id);
  }

  /** Changes the status and tells so. */
  change(changes: Partial<StationStatus>): void {
    this.current = {...this.current, ...changes};
    this.onChange?.();
  }

  /** Shows one colour on the whole ring. */
  shine(red: number, green: number, blue: number): void {
    this.frame = Uint8Array.from({length: 48}, (_, at) => [red, green, blue][at % 3] ?? 0);
    this.onLight?.(this.frame);
  }

  /** Writes into the journal and tells so. */
  append(text: string, event: JournalEvent = {kind: 'stopped'}): void {
    const at = new Date(Date.UTC(2026, 10, 22, 9, 30, this.entries.length)).toISOString();
    this.entries.push({seq: this.latest + 1, at, text, ...event});
    this.onAppended?.(this.latest);
  }

  /** Adds a call to the log, as the newest. */
  log(changes: Partial<CallRecord>): CallRecord {
    const id = (this.records[0]?.id ?? 0) + 1;
    const record: CallRecord = {
      id,
      at: new Date(Date.UTC(2026, 10, 22, 9, 30, id)).toISOString(),
      direction: 'outgoing',
      button: 'bell',
      peer: 'sip:indoor@127.0.0.1:5062',
      result: null,
      text: '',
      legs: [],
      ringSeconds: 0,
      talkSeconds: 0,
      pressToInviteMs: 2.1,
      codec: null,
      rtp: noFigures,
      keysHeard: 0,
      ...changes,
    };
    this.records.unshift(record);
    this.ladders.set(id, []);
    return record;
  }

  /** Adds a message to a call's ladder and tells so. */
  message(call: number, message: LadderMessage): void {
    this.ladders.get(call)?.push(message);
    this.onLadder?.(call);
  }

  #did(what: string): CommandResult {
    if (this.outcome.ok) this.asked.push(what);
    return this.outcome;
  }
}

function unknown(text: string): CommandResult {
  return failure({code: 'unknown', text});
}
