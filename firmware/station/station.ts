import type {Board, SystemFacts} from '../../hal/hal.ts';
import type {Clock} from '../base/clock.ts';
import {failure, success} from '../base/result.ts';
import type {Config} from '../config/schema.ts';
import type {IncomingCall, Party} from '../sip/agent/call.ts';
import type {TracedMessage} from '../sip/agent/trace.ts';
import {accountStatus} from './account-status.ts';
import {isAllowed, mayTransfer} from './allow-list.ts';
import {Buttons} from './buttons.ts';
import {CallBook} from './call-book.ts';
import type {KeyListener} from './call-keys.ts';
import type {CallLog} from './call-log.ts';
import type {CallResult, LadderMessage} from './call-record.ts';
import {CallSounds} from './call-sounds.ts';
import {Calls} from './calls.ts';
import {CodeLock} from './door-codes.ts';
import {Doors} from './doors.ts';
import type {Journal} from './journal.ts';
import type {JournalEvent} from './journal-event.ts';
import {Light} from './light.ts';
import type {Log} from './log.ts';
import {Mailbox} from './mailbox.ts';
import type {Media} from './media.ts';
import type {NetworkView} from './network-monitor.ts';
import {Presses} from './presses.ts';
import {Reachability} from './reachability.ts';
import {sendsKeysReadably} from './readable-keys.ts';
import {type OpenReader, Readers} from './readers.ts';
import {Reception} from './reception.ts';
import {RefusedCodes} from './refused-codes.ts';
import {Reset, type ResetPerformer} from './reset.ts';
import {SoundMonitor} from './sound-monitor.ts';
import {SoundTests} from './sound-tests.ts';
import type {CommandResult, DoorCommand, Meters, StationControl} from './station-control.ts';
import type {SoundCondition, StationStatus} from './status.ts';
import type {Telephone} from './telephone.ts';
import {Whereabouts} from './whereabouts.ts';

/** How long a simulated button is held; ms. Longer than any debounce time. */
const PRESS_LENGTH = 150;
/** How long the light tells that a call did not come about; ms. */
const FAILED_TIME = 2_000;

/**
 * The door station: what happens when somebody presses, calls, enters a code; what is shown, heard and kept
 * of it.
 */
export class Station implements StationControl {
  readonly #config: Config;
  readonly #board: Board;
  readonly #version: string;
  readonly #telephone: Telephone;
  readonly #media: Media;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #light: Light;
  readonly #buttons: Buttons;
  readonly #doors: Doors;
  readonly #readers: Readers;
  readonly #refusals: RefusedCodes;
  readonly #book: CallBook;
  readonly #reception: Reception;
  readonly #mailbox: Mailbox;
  readonly #sound: SoundMonitor;
  readonly #tests: SoundTests;
  readonly #calls: Calls;
  readonly #presses: Presses;
  readonly #reachability: Reachability;
  readonly #whereabouts: Whereabouts;
  readonly #reset: Reset | undefined;
  readonly #system: {readonly facts: SystemFacts} | undefined;
  onChange: (() => void) | undefined;
  onLight: ((frame: Uint8Array) => void) | undefined;
  onMeters: ((meters: Meters) => void) | undefined;
  onLadder: ((call: number) => void) | undefined;

  constructor(options: {
    config: Config;
    board: Board;
    version: string;
    telephone: Telephone;
    media: Media;
    journal: Journal;
    callLog: CallLog;
    openReader: OpenReader;
    /** A microphone or loudspeaker is there, from the beginning or again. */
    soundDeviceCame?: ((device: string) => void) | undefined;
    /** Undefined where the station needs no network, or it cannot be watched. */
    network?: NetworkView | undefined;
    /** Whether nobody has set the station up yet. */
    isNew?: () => boolean;
    /** Undefined where nothing can be reset. */
    reset?: ResetPerformer | undefined;
    /** How the machine is. */
    system?: {readonly facts: SystemFacts};
    clock: Clock;
    log: Log;
  }) {
    const {config, board, clock, media, telephone, callLog, log} = options;
    this.#config = config;
    this.#board = board;
    this.#version = options.version;
    this.#telephone = telephone;
    this.#media = media;
    this.#journal = options.journal;
    this.#clock = clock;
    this.#system = options.system;
    this.#startedAt = clock.now();
    const tell = (event: JournalEvent) => this.#journal.append(event);
    this.#light = new Light({ring: board.light, brightness: config.light, clock, log});
    this.#light.onFrame = (frame) => this.onLight?.(frame);
    this.#light.set('starting');
    this.#doors = new Doors({
      doors: config.doors,
      tamper: config.tamper,
      inputs: board.inputs,
      outputs: board.outputs,
      clock,
      tell,
      changed: () => this.#doorsChanged(),
    });
    this.#refusals = new RefusedCodes({light: this.#light, media, tell});
    this.#readers = new Readers(config.readers, options.openReader, {
      doors: this.#doors,
      clock,
      tell,
      refusals: this.#refusals,
      changed: () => this.#changed(),
    });
    const changed = () => this.#changed();
    const inCall = () => this.#calls.current !== undefined;
    this.#buttons = new Buttons(config.buttons);
    this.#reset =
      options.reset && new Reset(options.reset, {light: this.#light, media, clock, tell, changed});
    this.#whereabouts = new Whereabouts({
      light: this.#light,
      media,
      clock,
      network: () => this.#reachability.network,
      inCall,
      isNew: options.isNew ?? (() => false),
    });
    this.#reachability = new Reachability({
      network: options.network,
      light: this.#light,
      media,
      tell,
      inCall,
      changed: () => {
        this.#whereabouts.introduce();
        this.#changed();
      },
    });
    this.#book = new CallBook({callLog, clock});
    this.#reception = new Reception({answer: config.answer, clock, book: this.#book, tell});
    const from = config.answer.mode === 'refuse' ? [] : config.answer.from;
    this.#mailbox = new Mailbox({from, clock, tell});
    const sounds = new CallSounds({media, clock});
    this.#sound = new SoundMonitor({clock, tell, deviceCame: options.soundDeviceCame});
    this.#tests = new SoundTests({media, inCall});
    this.#calls = new Calls({
      telephone,
      book: this.#book,
      sounds,
      doors: this.#doors,
      lock: new CodeLock(),
      clock,
      talkSeconds: config.talk_seconds,
      mayTransfer: (call) => mayTransfer(call, config.answer.from),
      tell,
      listener: {
        changed: () => this.#callChanged(),
        ended: (result) => this.#callEnded(result),
        keys: (party, call) => this.#keyListener(party, call),
      },
    });
    this.#presses = new Presses({
      buttons: this.#buttons,
      calls: this.#calls,
      sounds,
      media,
      light: this.#light,
      reachability: this.#reachability,
      tell,
    });
  }

  /** Begins to take presses and calls. To be called when telephone and sound are up. */
  start(): void {
    this.#telephone.onIncoming = (call) => this.#incoming(call);
    this.#telephone.onUnanswerable = (call) => this.#reception.couldNotAnswer(call);
    this.#telephone.onMessage = (sender, text) => this.#mailbox.receive(sender, text);
    this.#telephone.onMailbox = (account, messages, before) => {
      if (messages.waiting || before?.waiting) this.#journal.append({kind: 'mailbox', account, ...messages});
      this.#changed();
    };
    // The lamps of phones: who may call may see whether the station is in a call.
    this.#telephone.onSubscribe = (subscriber) => isAllowed(subscriber, this.#config.answer.from);
    this.#telephone.onAccountChange = (account) => this.#reachability.accountChanged(account);
    this.#telephone.onTrace = (message) => this.#trace(message);
    this.#media.onMeters = (meters) => this.onMeters?.(meters);
    this.#media.onFault = (reason) => this.#journal.append({kind: 'sound-fault', reason});
    this.#media.onSound = (condition) => this.#soundChanged(condition);
    this.#buttons.start(this.#board.inputs, this.#clock, (event) => this.#journal.append(event), {
      pressed: (button, at) => this.#presses.pressed(button, at),
      heldLong: () => {
        this.#whereabouts.heldLong();
        this.#changed();
      },
      released: (name) => this.#reset?.released(name),
      changed: () => this.#changed(),
    });
    this.#startReset();
    this.#light.clear('starting');
    this.#media.play('ready');
    this.#journal.append({kind: 'started', version: this.#version});
    if (this.#media.sound) this.#soundChanged(this.#media.sound);
    this.#doors.start();
    this.#readers.start();
    for (const {name} of this.#config.sip.accounts.filter(sendsKeysReadably)) {
      this.#journal.append({kind: 'keys-readable', account: name});
    }
    this.#reachability.start();
    this.#whereabouts.introduce();
    this.#changed();
  }

  /**
   * Locks the doors, hangs up, stops the telephone, and writes what is left to write. Takes little more than
   * two seconds at most.
   */
  async stop(): Promise<void> {
    this.#telephone.onIncoming = undefined;
    // That the accounts are given up now is no trouble to be told of.
    this.#telephone.onAccountChange = undefined;
    this.#reachability.stop();
    this.#buttons.close();
    this.#reset?.close();
    this.#whereabouts.close();
    this.#readers.close();
    this.#doors.close();
    this.#calls.hangUp('the station was stopped');
    await this.#telephone.stop();
    // Only now have the answers to BYE and CANCEL come.
    this.#book.close();
    this.#journal.append({kind: 'stopped'});
    this.#light.close();
  }

  status(): StationStatus {
    const call = this.#calls.current;
    return {
      name: this.#config.name,
      board: this.#board.name,
      version: this.#version,
      uptime: Math.floor((this.#clock.now() - this.#startedAt) / 1000),
      state: call?.phase ?? 'idle',
      call: call?.status ?? null,
      accounts: this.#telephone.accounts.map(accountStatus),
      network: this.#reachability.network,
      system: this.#system?.facts ?? null,
      audio: this.#sound.condition,
      doors: this.#doors.states,
      readers: this.#readers.states,
      buttons: this.#buttons.states,
      light: this.#light.state,
      lights: this.#board.light?.count ?? 0,
    };
  }

  press(name: string): CommandResult {
    const button = this.#buttons.find(name);
    if (!button) return this.#unknownButton(name);
    if (this.#board.press) this.#board.press(button.input, PRESS_LENGTH);
    else this.#presses.pressed(button, this.#clock.now());
    return success(undefined);
  }

  setTargets(name: string, targets: readonly string[], by: string): CommandResult {
    const button = this.#buttons.find(name);
    if (!button) return this.#unknownButton(name);
    this.#buttons.setTargets(button, targets);
    this.#journal.append({kind: 'button-targets', button: name, targets, by});
    this.#changed();
    return success(undefined);
  }

  restored(by: string): void {
    this.#journal.append({kind: 'configuration-restored', by});
  }

  dial(to: string): CommandResult {
    if (this.#calls.current) return failure({code: 'busy', text: 'There is a call already; hang up first'});
    const settings = {targets: [to], ring: 'together', ringSeconds: 60, whenRefused: 'end'} as const;
    return this.#calls.place(settings, null, this.#clock.now());
  }

  answer(): CommandResult {
    return this.#calls.answer();
  }

  hangUp(): CommandResult {
    return this.#calls.hangUp('hung up here');
  }

  commandDoor(door: string, command: DoorCommand, by: string): CommandResult {
    return this.#doors.command(door, command, by);
  }

  light(): Uint8Array {
    return this.#light.frame;
  }

  locate(): CommandResult {
    const located = this.#whereabouts.locate();
    this.#changed();
    return located;
  }

  listen(): CommandResult {
    return this.#tests.listen();
  }

  testLoop(): ReturnType<StationControl['testLoop']> {
    return this.#tests.loop();
  }

  testRecording(): ReturnType<StationControl['testRecording']> {
    return this.#tests.record();
  }

  /** The light tells that an update is being installed. */
  showUpdate(busy: boolean): void {
    if (busy) this.#light.set('update');
    else this.#light.clear('update');
    this.#changed();
  }

  ladder(call: number): LadderMessage[] | undefined {
    return this.#book.ladder(call);
  }

  #unknownButton(name: string): CommandResult {
    return failure({
      code: 'unknown',
      text: `There is no button "${name}"; buttons are: ${this.#buttons.names}`,
    });
  }

  #startReset(): void {
    const {reset, buttons} = this.#config;
    const {inputs} = this.#board;
    const [bell] = buttons;
    const input = bell && inputs.get(bell.input);
    this.#reset?.start(
      reset === undefined ? undefined : inputs.get(reset),
      input && {name: bell.name, input},
    );
  }

  #incoming(call: IncomingCall): void {
    const takesOver = this.#calls.isTakenOverBy(call);
    const decision = this.#reception.decide(call, this.#calls.current !== undefined && !takesOver);
    if (decision === 'refused') return;
    if (takesOver) this.#calls.takeOver(call);
    else this.#calls.receive(call, decision === 'ring' ? undefined : decision.answerAfter);
  }

  #keyListener(party: Party, call: number): KeyListener {
    const by = party.uri;
    return {
      open: (doors) => {
        if (!this.#doors.open(doors, by)) this.#refusals.blocked();
      },
      wrong: () => {
        this.#journal.append({kind: 'wrong-code', by});
        this.#refusals.wrong();
      },
      locked: () => this.#refusals.locked(by),
      ignored: () => {
        if (this.#doors.haveCodes) this.#journal.append({kind: 'keys-ignored', by, call});
      },
    };
  }

  #callChanged(): void {
    const call = this.#calls.current;
    for (const state of ['calling', 'ringing', 'talking', 'ending'] as const) {
      const holds =
        state === 'ending'
          ? call?.conversation?.ending === true
          : call?.phase === state || (state === 'ringing' && call?.phase === 'incoming');
      if (holds) this.#light.set(state);
      else this.#light.clear(state);
    }
    this.#changed();
  }

  #callEnded(result: CallResult): void {
    if (result !== 'answered' && result !== 'cancelled') this.#light.set('failed', FAILED_TIME);
    this.#callChanged();
  }

  #soundChanged(condition: SoundCondition): void {
    this.#sound.update(condition);
    this.#changed();
  }

  #doorsChanged(): void {
    const wasOpen = this.#light.state === 'door-open';
    if (this.#doors.anyOpen) this.#light.set('door-open');
    else this.#light.clear('door-open');
    if (this.#doors.anyOpen && !wasOpen) this.#media.play('door');
    this.#changed();
  }

  #trace(message: TracedMessage): void {
    const grown = this.#book.trace(message);
    if (grown === undefined) return;
    const call = this.#calls.current;
    if (message.direction === 'out' && call?.id === grown && call.button !== null) {
      call.pressToInviteMs ??= Math.round((this.#clock.now() - call.startedAt) * 100) / 100;
    }
    this.onLadder?.(grown);
  }

  #changed(): void {
    this.onChange?.();
  }
}
