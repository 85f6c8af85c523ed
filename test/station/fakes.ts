import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {failure, success} from '../../firmware/base/result.ts';
import type {Config} from '../../firmware/config/schema.ts';
import type {AudioStream} from '../../firmware/rtp/audio-stream.ts';
import type {
  Call,
  CallEnd,
  CallListener,
  CallState,
  HangUpReason,
  IncomingCall,
  Party,
  RefusalStatus,
} from '../../firmware/sip/agent/call.ts';
import type {MessageListener} from '../../firmware/sip/agent/text-message.ts';
import type {TracedMessage} from '../../firmware/sip/agent/trace.ts';
import type {UnanswerableCall} from '../../firmware/sip/agent/unanswerable.ts';
import {CallLog} from '../../firmware/station/call-log.ts';
import {Database} from '../../firmware/station/database.ts';
import {Journal} from '../../firmware/station/journal.ts';
import type {Log} from '../../firmware/station/log.ts';
import type {CallMedia, Media} from '../../firmware/station/media.ts';
import type {NetworkView} from '../../firmware/station/network-monitor.ts';
import {Station} from '../../firmware/station/station.ts';
import type {Meters} from '../../firmware/station/station-control.ts';
import type {AccountNews, Telephone, TelephoneAccount} from '../../firmware/station/telephone.ts';
import type {Board, InputLine, LightRing, OutputLine, Reader, ReaderEntry} from '../../hal/hal.ts';
import {FakeClock} from '../support/fake-clock.ts';

export const stream: AudioStream = {
  remote: {address: '192.0.2.7', port: 4000},
  codec: 'PCMU',
  payloadType: 0,
  telephoneEvent: 101,
  direction: 'sendrecv',
  packetTime: 20,
  rtcp: {multiplexed: false, address: undefined, port: 4001, voipMetrics: false},
  security: undefined,
};

export function party(fields: Partial<Party> = {}): Party {
  return {
    uri: 'sip:101@example.org',
    displayName: '',
    user: '101',
    host: 'example.org',
    address: '192.0.2.7',
    account: undefined,
    verified: false,
    ...fields,
  };
}

export class FakeSession implements CallMedia {
  readonly port = 16384;
  onDigit: ((digit: string, way: 'rtp' | 'tone') => void) | undefined;
  onSilence: ((seconds: number) => void) | undefined;
  figures = {
    sent: 0,
    received: 0,
    lost: 0,
    late: 0,
    jitterMs: 0,
    delayMs: 0,
    remoteLost: null,
    remoteJitterMs: null,
    roundTripMs: null,
    remoteMos: null,
  };
  closed = false;

  update(): void {}

  async statistics(): Promise<typeof this.figures> {
    return this.figures;
  }

  close(): void {
    this.closed = true;
  }
}

/** A call as the user agent would give it; a test plays the other side. */
export class FakeCall implements IncomingCall {
  readonly id: string;
  // The same class stands for both; nobody asks an outgoing one to ring.
  readonly direction: 'incoming';
  readonly party: Party;
  readonly answerAfter: number | undefined;
  readonly target: string;
  replaces: Call | undefined;
  readonly media = new FakeSession();
  state: CallState = 'calling';
  confirmed = true;
  listener: CallListener | undefined;
  onEnded: ((end: CallEnd) => void) | undefined;
  /** What the station did to end it. */
  endedBy: HangUpReason | 'hang-up' | RefusalStatus | undefined;

  constructor(
    id: string,
    direction: 'outgoing' | 'incoming',
    target: string,
    caller: Party,
    answerAfter?: number,
  ) {
    this.id = id;
    this.direction = direction as 'incoming';
    this.target = target;
    this.party = caller;
    this.answerAfter = answerAfter;
  }

  get caller(): Party {
    return this.party;
  }

  /** The other side rings. */
  rings(earlyMedia = false): void {
    if (this.state !== 'calling' && this.state !== 'ringing') return;
    this.state = 'ringing';
    this.listener?.onRinging(earlyMedia);
  }

  /** The other side answers, or takes note of our answer. */
  answers(): void {
    if (this.state === 'ended' || this.state === 'talking') return;
    this.state = 'talking';
    this.listener?.onAnswered(stream);
  }

  /** The other side ends it. */
  ends(cause: CallEnd['cause'], text: string = cause): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.media.close();
    if (this.listener) this.listener.onEnded({cause, text});
    else this.onEnded?.({cause, text});
  }

  /** A key by RFC 4733. */
  presses(digits: string): void {
    for (const digit of digits) this.media.onDigit?.(digit, 'rtp');
  }

  hangUp(reason?: HangUpReason): void {
    if (this.state === 'ended') return;
    this.endedBy = reason ?? 'hang-up';
    this.ends(this.state === 'talking' ? 'hung-up-here' : (reason ?? 'cancelled'));
  }

  ring(): void {
    this.state = 'ringing';
  }

  answer(listener: CallListener): void {
    this.listener = listener;
  }

  refuse(status: RefusalStatus): void {
    if (this.state === 'ended') return;
    this.endedBy = status;
    this.ends('refused');
  }
}

export class FakeTelephone implements Telephone {
  accounts: TelephoneAccount[] = [];
  readonly calls: FakeCall[] = [];
  onIncoming: ((call: IncomingCall) => void) | undefined;
  onUnanswerable: ((call: UnanswerableCall) => void) | undefined;
  onMessage: MessageListener | undefined;
  onMailbox: Telephone['onMailbox'];
  onSubscribe: ((subscriber: Party) => boolean) | undefined;
  onAccountChange: ((account: AccountNews) => void) | undefined;
  onTrace: ((message: TracedMessage) => void) | undefined;
  stopped = false;

  call(target: string, listener: CallListener) {
    if (target === 'bad target') return failure({code: 'bad-target' as const, text: 'cannot be read'});
    const callee = party({uri: `sip:${target}@example.org`, user: target, verified: true});
    const call = new FakeCall(`call-${this.calls.length}`, 'outgoing', target, callee);
    call.listener = listener;
    this.calls.push(call);
    return success(call as Call);
  }

  /** Somebody calls the station, and may ask to be answered after so many ms. */
  receive(caller: Party, answerAfter?: number, replaces?: Call): FakeCall {
    const call = new FakeCall(`call-${this.calls.length}`, 'incoming', '', caller, answerAfter);
    call.replaces = replaces;
    this.calls.push(call);
    this.onIncoming?.(call);
    return call;
  }

  /** The other side of `call` wants it to go on with `target`: the call that is placed, or the status of the refusal. */
  transfer(call: FakeCall, target: string): FakeCall | number | undefined {
    if (call.state === 'ended') return 481;
    let outcome: FakeCall | number | undefined;
    call.listener?.onTransfer?.({
      target,
      accept: (listener) => {
        const placed = this.call(target, listener);
        if (placed.ok) outcome = this.calls.at(-1);
        return placed;
      },
      refuse: (status) => {
        outcome = status;
      },
    });
    return outcome;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const call of this.calls) call.hangUp();
  }
}

export class FakeMedia implements Media {
  attached: CallMedia | undefined;
  readonly sounds: string[] = [];
  onMeters: ((meters: Meters) => void) | undefined;
  onFault: ((text: string) => void) | undefined;

  attach(session: CallMedia | undefined): void {
    this.attached = session;
  }

  play(sound: string): void {
    this.sounds.push(sound);
  }
}

export class FakeInput implements InputLine {
  readonly name: string;
  active = false;
  readonly glitches = 0;
  onChange: ((active: boolean, at: number) => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  move(active: boolean, at: number): void {
    this.active = active;
    this.onChange?.(active, at);
  }
}

export class FakeOutput implements OutputLine {
  readonly name: string;
  active = false;
  onFault: (() => void) | undefined;
  broken = false;

  constructor(name: string) {
    this.name = name;
  }

  set(active: boolean): void {
    if (this.broken) throw new Error('no such line');
    this.active = active;
  }
}

export class FakeReader implements Reader {
  onEntry: ((entry: ReaderEntry) => void) | undefined;
  onState: ((fault: string | undefined) => void) | undefined;
  closed = false;

  close(): void {
    this.closed = true;
  }
}

export class FakeRing implements LightRing {
  readonly count: number;
  readonly frames: Uint8Array[] = [];
  /** How bright the last one was to look. */
  brightness: number | undefined;

  constructor(count = 16) {
    this.count = count;
  }

  show(frame: Uint8Array, brightness: number): void {
    this.frames.push(frame.slice());
    this.brightness = brightness;
  }
}

export class FakeLog implements Log {
  readonly lines: string[] = [];

  info(text: string): void {
    this.lines.push(text);
  }

  warn(text: string): void {
    this.lines.push(text);
  }

  error(text: string): void {
    this.lines.push(text);
  }
}

/** A folder of its own, gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-station-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

type Settings = Partial<Pick<Config, 'buttons' | 'doors' | 'readers' | 'answer' | 'talk_seconds'>>;

export function configuration(settings: Settings = {}): Config {
  return {
    name: 'Front door',
    board: 'simulated',
    data: '/nowhere',
    sip: {
      listen: [],
      accounts: [],
      tls: {certificate: undefined, key: undefined, authorities: undefined, verify: true},
      media_ports: {first: 16384, last: 16484},
    },
    buttons: [
      {
        name: 'bell',
        input: 'button-1',
        call: ['101', '102'],
        ring: 'together',
        ring_seconds: 30,
        when_refused: 'next',
      },
      {
        name: 'flat-2',
        input: 'button-2',
        call: ['201'],
        ring: 'in-turn',
        ring_seconds: 30,
        when_refused: 'next',
      },
    ],
    doors: [{name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '7'}],
    readers: [],
    answer: {mode: 'automatic', from: ['192.0.2.7']},
    audio: {microphone: 'silence', speaker: 'discard', codecs: ['PCMU']},
    light: {brightness: 100},
    talk_seconds: 120,
    http: undefined,
    ...settings,
  };
}

/** A station on a board, a telephone and a clock that the test moves. */
export function makeStation(settings: Settings = {}, file = ':memory:', network?: NetworkView) {
  const clock = new FakeClock();
  const log = new FakeLog();
  const database = new Database({file, clock, log});
  const journal = new Journal({database, clock});
  const callLog = new CallLog({database});
  const telephone = new FakeTelephone();
  const media = new FakeMedia();
  const buttons = [new FakeInput('button-1'), new FakeInput('button-2')] as const;
  const relay = new FakeOutput('relay-1');
  const readers: FakeReader[] = [];
  const ring = new FakeRing();
  const board: Board = {
    name: 'simulated',
    inputs: new Map(buttons.map((button) => [button.name, button])),
    outputs: new Map([[relay.name, relay]]),
    light: ring,
    press: undefined,
    close() {},
  };
  const config = configuration(settings);
  const station = new Station({
    config,
    board,
    version: '0.0.0',
    telephone,
    media,
    journal,
    callLog,
    openReader: () => {
      const reader = new FakeReader();
      readers.push(reader);
      return reader;
    },
    network,
    clock,
    log,
  });
  station.start();
  /** The kinds of what the journal has, in order. */
  const kinds = () => journal.after(0, 1_000).map(({kind}) => kind);
  const press = (button = 0) => {
    buttons[button]!.move(true, clock.now());
    buttons[button]!.move(false, clock.now());
  };
  return {
    station,
    clock,
    log,
    database,
    journal,
    callLog,
    telephone,
    media,
    buttons,
    relay,
    readers,
    ring,
    kinds,
    press,
  };
}
