import type {CallRecord, LadderMessage} from '../../station/call-record.ts';
import type {JournalEntry} from '../../station/journal-event.ts';
import type {DoorCommand, Meters} from '../../station/station-control.ts';
import type {StationStatus} from '../../station/status.ts';
import type {Standing} from '../authorization.ts';
import {Connection, type LiveEvent} from './connection.ts';
import {JournalFollower} from './journal-follower.ts';
import {ask, RequestError} from './requests.ts';
import {Topic} from './topic.ts';

/** Levels of the board's lines by name. */
export interface Lines {
  inputs: Record<string, boolean>;
  outputs: Record<string, boolean>;
}

/** A call's SIP messages so far; `following` while it is the newest call, whichever that becomes. */
export interface Ladder {
  call: number;
  following: boolean;
  messages: readonly LadderMessage[];
}

/** What the page knows of the station. Each topic is told of as it changes. */
export class Model {
  /** Undefined until the first connection has come about or failed. */
  readonly connected = new Topic<boolean | undefined>(undefined);
  readonly status = new Topic<StationStatus | undefined>(undefined);
  readonly lines = new Topic<Lines>({inputs: {}, outputs: {}});
  /** The ring light's frame: red green blue for each light. */
  readonly light = new Topic<Uint8Array>(new Uint8Array());
  readonly meters = new Topic<Meters>({microphone: -100, captured: -100, speaker: -100, echo: null});
  readonly journal = new Topic<readonly JournalEntry[]>([]);
  readonly calls = new Topic<readonly CallRecord[]>([]);
  readonly ladder = new Topic<Ladder | undefined>(undefined);
  /** What could not be done, in words; empty when there is nothing to say. */
  readonly notice = new Topic('');

  /** What this page may do; undefined until the station has told. */
  readonly standing = new Topic<Standing | undefined>(undefined);

  readonly #journal = new JournalFollower<JournalEntry>(
    (after, limit) => ask('GET', `api/journal?after=${after}&limit=${limit}`),
    (entries) => this.journal.set(entries),
  );
  #connection: Connection | undefined;
  #newestCall = 0;
  #ladderWanted: number | undefined;
  #ladderBusy = false;
  #noticeTimer: number | undefined;

  constructor() {
    this.#askStanding();
  }

  /** Sets the first password. Rejects with a `RequestError`. */
  async setPassword(password: string): Promise<void> {
    this.#stand(await ask<Standing>('POST', 'api/password', {password}));
  }

  /** Rejects with a `RequestError`. */
  async changePassword(current: string, password: string): Promise<void> {
    this.#stand(await ask<Standing>('POST', 'api/password', {current, password}));
  }

  /** Rejects with a `RequestError`. */
  async signIn(password: string): Promise<void> {
    this.#stand(await ask<Standing>('POST', 'api/session', {password}));
  }

  async signOut(): Promise<void> {
    this.#stand(await ask<Standing>('DELETE', 'api/session'));
  }

  /** Rejects with a `RequestError`. */
  async setTargets(button: string, call: readonly string[]): Promise<void> {
    await ask('POST', `api/buttons/${encodeURIComponent(button)}/targets`, {call});
  }

  press(button: string): void {
    this.#command('POST', `api/buttons/${encodeURIComponent(button)}/press`);
  }

  commandDoor(door: string, command: DoorCommand): void {
    this.#command('POST', `api/doors/${encodeURIComponent(door)}/${command}`);
  }

  dial(to: string): void {
    this.#command('POST', 'api/calls', {to});
  }

  answer(): void {
    this.#command('POST', 'api/calls/current/answer');
  }

  hangUp(): void {
    this.#command('DELETE', 'api/calls/current');
  }

  /** The light goes round, it chirps, and says its address. */
  locate(): void {
    this.#command('POST', 'api/locate');
  }

  /** Shows the ladder of a call of the log; of the newest one, and of those to come, when it is that. */
  showLadder(call: number): void {
    this.ladder.set({call, following: call === this.#newestCall, messages: []});
    this.#quietly(this.#fetchLadder(call));
  }

  /** Whether there are still older entries. */
  async earlierJournal(): Promise<boolean> {
    try {
      return await this.#journal.earlier();
    } catch (error) {
      this.#tell(error);
      return true;
    }
  }

  #connect(): Connection {
    return new Connection(
      (name, data) => this.#take(name, data),
      (connected) => {
        if (connected !== this.connected.value) this.connected.set(connected);
        // Perhaps the session is over: the stream does not tell.
        if (!connected) this.#askStanding();
      },
    );
  }

  #askStanding(): void {
    ask<Standing>('GET', 'api/session').then(
      (standing) => this.#stand(standing),
      () => {
        // A connection that there is tries by itself, and asks anew then.
        if (this.#connection) return;
        this.connected.set(false);
        window.setTimeout(() => this.#askStanding(), 1_500);
      },
    );
  }

  #stand(standing: Standing): void {
    const follows = !standing.passwordSet || standing.signedIn;
    if (!follows) {
      this.#connection?.end();
      this.#connection = undefined;
      this.status.set(undefined);
    } else {
      this.#connection ??= this.#connect();
    }
    this.standing.set(standing);
  }

  #take(name: LiveEvent, data: unknown): void {
    switch (name) {
      case 'state':
        this.status.set(data as StationStatus);
        break;
      case 'board':
        this.lines.set(data as Lines);
        break;
      case 'light':
        this.light.set(bytes(data as string));
        break;
      case 'meters':
        this.meters.set(data as Meters);
        break;
      case 'ladder':
        this.#takeLadderNews((data as {call: number}).call);
        break;
      case 'journal':
        this.#quietly(this.#journal.told((data as {latest: number}).latest));
        // Nothing happens to a call that the journal does not tell of, however soon it is over.
        this.#quietly(this.#fetchCalls());
        break;
    }
  }

  #takeLadderNews(call: number): void {
    if (call > this.#newestCall) this.#quietly(this.#fetchCalls());
    this.#newestCall = Math.max(this.#newestCall, call);
    const shown = this.ladder.value;
    if (!shown || shown.following || shown.call === call) this.#quietly(this.#fetchLadder(call));
  }

  /** One fetch at a time; what is wanted meanwhile is fetched after it. */
  async #fetchLadder(call: number): Promise<void> {
    this.#ladderWanted = call;
    if (this.#ladderBusy) return;
    this.#ladderBusy = true;
    try {
      while (this.#ladderWanted !== undefined) {
        const wanted: number = this.#ladderWanted;
        this.#ladderWanted = undefined;
        const messages = await ask<LadderMessage[]>('GET', `api/calls/${wanted}/ladder`);
        this.ladder.set({call: wanted, following: wanted === this.#newestCall, messages});
      }
    } finally {
      this.#ladderBusy = false;
    }
  }

  async #fetchCalls(): Promise<void> {
    this.calls.set(await ask<CallRecord[]>('GET', 'api/calls?limit=20'));
  }

  /** The answer's status is not used: it may come after a newer one of the stream. */
  #command(method: 'POST' | 'DELETE', path: string, body?: unknown): void {
    this.#say('');
    ask(method, path, body).catch((error: unknown) => this.#tell(error));
  }

  /** A failed fetch needs no words: the next news, or the next connection, makes up for it. */
  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof RequestError)) throw error;
    });
  }

  #tell(error: unknown): void {
    if (!(error instanceof RequestError)) throw error;
    this.#say(error.message);
  }

  #say(text: string): void {
    clearTimeout(this.#noticeTimer);
    this.notice.set(text);
    if (text) this.#noticeTimer = window.setTimeout(() => this.notice.set(''), 8_000);
  }
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
