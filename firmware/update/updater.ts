import type {Clock, Timer} from '../base/clock.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {JournalEvent} from '../station/journal-event.ts';
import {followInstallation} from './follow-installation.ts';
import type {Installer, Refusal} from './installer.ts';
import type {UpdateMemory, UpdateRecord} from './update-record.ts';
import type {UpdateStatus} from './update-status.ts';
import {QUIET, whenQuiet} from './when-quiet.ts';

export interface UpdaterOptions {
  readonly installer: Installer;
  readonly memory: UpdateMemory;
  readonly clock: Clock;
  /** Id of this boot of the machine. */
  readonly boot: string;
  /** What became of the update before; undefined where there was none. */
  readonly status?: UpdateStatus | undefined;
  /** Whether nobody calls, rings or talks. */
  readonly isIdle: () => boolean;
  /** Whether the sound card works. */
  readonly soundWorks: () => boolean;
  /** Starts the machine anew; false where this program cannot. */
  readonly restart: () => boolean;
  readonly tell: (event: JournalEvent) => void;
  /** Something is being installed (true), or is not any more. */
  readonly onBusy: (busy: boolean) => void;
}

/** Installs updates, one at a time, and starts the machine anew after that; neither begins during a call. */
export class Updater {
  readonly #options: UpdaterOptions;
  #status: UpdateStatus;
  #waiting: Pick<Timer, 'cancel'> | undefined;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#status = options.status ?? idle;
    const {record} = options.memory;
    // The firmware was started anew, the machine was not.
    if (record?.boot !== options.boot) return;
    if (record.installing === undefined) this.#awaitRestart();
    else if (!record.givenUp) this.#follow(record, record.installing);
  }

  get status(): UpdateStatus {
    return this.#status;
  }

  /** Why no other update is taken now, in plain words; undefined where one is. */
  get whyBusy(): string | undefined {
    return busyWords[this.#status.state];
  }

  /**
   * Installs `source`, a file or a URL, now or after the call. `shown` is what it is called in the journal; `done` is called when
   * `source` is not needed any more, with whether the same need not be tried again.
   */
  begin(source: string, shown: string, done: (settled: boolean) => void): Result<undefined, string> {
    const busy = this.whyBusy;
    if (busy !== undefined) return failure(busy);
    this.#status = {state: 'waiting', percent: null, reason: null};
    const {clock, isIdle} = this.#options;
    this.#waiting = whenQuiet(clock, isIdle, 0, () => void this.#install(source, shown).then(done));
    return success(undefined);
  }

  /** The update that is on trial works, or `failed` names what of it does not. */
  endTrial(failed: readonly string[]): void {
    if (this.#status.state !== 'trial') return;
    this.#status =
      failed.length === 0
        ? idle
        : {state: 'trial', percent: null, reason: `Not working: ${failed.join(', ')}.`};
  }

  close(): void {
    this.#waiting?.cancel();
  }

  /** Returns whether it is settled: the update is installed, or would be refused again. */
  async #install(source: string, shown: string): Promise<boolean> {
    const {tell, onBusy} = this.#options;
    this.#status = {state: 'installing', percent: 0, reason: null};
    tell({kind: 'update-started', source: shown});
    onBusy(true);
    const refusal = await this.#attempt(source, shown);
    onBusy(false);
    if (refusal) this.#refuse(shown, refusal.reason);
    else this.#finish(shown);
    return refusal?.lasting ?? true;
  }

  /** Waits for what the firmware has begun before it was started anew itself, and RAUC goes on with. */
  #follow(record: UpdateRecord, shown: string): void {
    const {clock, installer, memory, onBusy} = this.#options;
    this.#status = {state: 'installing', percent: null, reason: null};
    onBusy(true);
    this.#waiting = followInstallation(clock, installer, (installed) => {
      onBusy(false);
      // The first note would do.
      attempt(() => memory.keep(installed ? {...record, installing: undefined} : {...record, givenUp: true}));
      if (installed) this.#finish(shown);
      else this.#refuse(shown, NOT_INSTALLED);
    });
  }

  #finish(shown: string): void {
    this.#options.tell({kind: 'update-installed', source: shown});
    this.#awaitRestart();
  }

  #refuse(shown: string, reason: string): void {
    this.#status = {state: 'refused', percent: null, reason};
    this.#options.tell({kind: 'update-refused', source: shown, reason});
  }

  /**
   * Notes what it does before it does it: a power cut, or a full disk, must not make an update unknown that runs next. Nor must this
   * one, which is refused because another is still being installed.
   */
  async #attempt(source: string, shown: string): Promise<Refusal | undefined> {
    const {installer, memory, boot, soundWorks} = this.#options;
    const before = memory.record;
    try {
      const {booted} = await installer.slots();
      const record: UpdateRecord = {from: booted, boot, sound: soundWorks()};
      const begun = {...record, installing: shown};
      memory.keep(begun);
      const outcome = await installer.install(source, (percent) => {
        this.#status = {state: 'installing', percent, reason: null};
      });
      const unfinished = !outcome.ok && outcome.error.unfinished;
      const after = outcome.ok ? record : unfinished ? {...begun, givenUp: true} : before;
      // The first note would do.
      attempt(() => (after ? memory.keep(after) : memory.forget()));
      return outcome.ok ? undefined : outcome.error;
    } catch (error) {
      return {reason: `It cannot be installed: ${(error as Error).message}`, lasting: false};
    }
  }

  #awaitRestart(): void {
    const {clock, isIdle, restart} = this.#options;
    this.#status = {state: 'installed', percent: 100, reason: null};
    this.#waiting = whenQuiet(clock, isIdle, QUIET, () => {
      if (restart()) return;
      const reason = 'Switch the board off and on: it cannot do so itself.';
      this.#status = {state: 'installed', percent: 100, reason};
    });
  }
}

const idle: UpdateStatus = {state: 'idle', percent: null, reason: null};

const NOT_INSTALLED = 'The station was started anew meanwhile, and it was not installed. Give it once more.';

const underWay = 'There is an update under way already.';
const busyWords: Partial<Record<UpdateStatus['state'], string>> = {
  waiting: underWay,
  installing: underWay,
  installed: 'An update is installed already: it runs as soon as the board has started anew.',
  // It would be written over the only slot that is known to work.
  trial: 'It is being found out whether the last update works. Try again in two minutes.',
};

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Said where it is called why that does no harm.
  }
}
