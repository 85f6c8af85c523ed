import type {Clock, Timer} from '../base/clock.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {JournalEvent} from '../station/journal-event.ts';
import type {Installer} from './installer.ts';
import type {UpdateMemory} from './update-record.ts';

/** How often it is looked whether the station is in a call; ms. */
const LOOK = 1_000;
/** So long (ms) nobody must have been in a call before the station starts anew. */
const QUIET = 10_000;

/** What `GET /api/update` answers. */
export interface UpdateStatus {
  /**
   * `idle`: nothing to do. `waiting`: for the end of a call. `installing`: `percent` is done. `installed`: the station starts anew as
   * soon as nobody talks. `refused`: `reason` tells why; what runs is unchanged. `unavailable`: the machine has no slots.
   */
  readonly state: 'idle' | 'waiting' | 'installing' | 'installed' | 'refused' | 'unavailable';
  readonly percent: number | null;
  readonly reason: string | null;
}

export interface UpdaterOptions {
  readonly installer: Installer;
  readonly memory: UpdateMemory;
  readonly clock: Clock;
  /** Id of this boot of the machine. */
  readonly boot: string;
  /** Whether nobody calls, rings or talks. */
  readonly isIdle: () => boolean;
  /** Starts the machine anew; false where this program cannot. */
  readonly restart: () => boolean;
  readonly tell: (event: JournalEvent) => void;
  /** Something is being installed (true), or is not any more. */
  readonly onBusy: (busy: boolean) => void;
}

/** Installs updates, one at a time, and starts the machine anew after that; neither begins during a call. */
export class Updater {
  readonly #options: UpdaterOptions;
  #status: UpdateStatus = {state: 'idle', percent: null, reason: null};
  #timer: Timer | undefined;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    const {memory, boot} = options;
    // The firmware was started anew, the machine was not.
    if (memory.record?.boot === boot) this.#awaitRestart();
  }

  get status(): UpdateStatus {
    return this.#status;
  }

  /** Whether another update is not taken now. */
  get busy(): boolean {
    return this.#status.state !== 'idle' && this.#status.state !== 'refused';
  }

  /**
   * Installs `source`, a file or a URL, now or after the call. `shown` is what it is called in the journal; `done` is called when
   * `source` is not needed any more.
   */
  begin(source: string, shown: string, done: () => void = () => undefined): Result<undefined, string> {
    if (this.busy) return failure('There is an update under way already.');
    this.#set({state: 'waiting', percent: null, reason: null});
    this.#whenIdle(0, () => {
      void this.#install(source, shown).finally(done);
    });
    return success(undefined);
  }

  close(): void {
    this.#timer?.cancel();
  }

  async #install(source: string, shown: string): Promise<void> {
    const {installer, memory, boot, tell, onBusy} = this.#options;
    this.#set({state: 'installing', percent: 0, reason: null});
    tell({kind: 'update-started', source: shown});
    onBusy(true);
    try {
      const {booted} = await installer.slots();
      const outcome = await installer.install(source, (percent) => {
        this.#set({state: 'installing', percent, reason: null});
      });
      if (!outcome.ok) return this.#refuse(shown, outcome.error);
      memory.keep({from: booted, boot});
      tell({kind: 'update-installed', source: shown});
      this.#awaitRestart();
    } catch (error) {
      this.#refuse(shown, (error as Error).message);
    } finally {
      onBusy(false);
    }
  }

  #refuse(source: string, reason: string): void {
    this.#set({state: 'refused', percent: null, reason});
    this.#options.tell({kind: 'update-refused', source, reason});
  }

  #awaitRestart(): void {
    this.#set({state: 'installed', percent: 100, reason: null});
    this.#whenIdle(QUIET, () => {
      if (this.#options.restart()) return;
      this.#set({
        state: 'installed',
        percent: 100,
        reason: 'Switch the board off and on: it cannot do so itself.',
      });
    });
  }

  /** Calls `act` once nobody has been in a call for `quiet` ms. */
  #whenIdle(quiet: number, act: () => void): void {
    const {clock, isIdle} = this.#options;
    let since: number | undefined;
    const look = () => {
      const now = clock.now();
      since = isIdle() ? (since ?? now) : undefined;
      if (since !== undefined && now - since >= quiet) act();
      else this.#timer = clock.after(LOOK, look);
    };
    look();
  }

  #set(status: UpdateStatus): void {
    this.#status = status;
  }
}
