import {rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Clock, Timer} from '../base/clock.ts';
import type {Config} from '../config/schema.ts';
import type {JournalEvent} from '../station/journal-event.ts';
import type {Log} from '../station/log.ts';
import type {Installer} from './installer.ts';
import {UpdateSchedule} from './schedule.ts';
import {identify, SeenUpdate} from './seen-update.ts';
import {type Check, SelfTest} from './self-test.ts';
import {shownSource} from './shown-source.ts';
import {beginTrial} from './trial.ts';
import {UpdateMemory} from './update-record.ts';
import {Updater} from './updater.ts';
import {watchCalls} from './watch-calls.ts';
import {QUIET, whenQuiet} from './when-quiet.ts';

export interface UpdatesOptions {
  readonly installer: Installer;
  readonly config: Pick<Config, 'data' | 'update'>;
  readonly version: string;
  /** Id of this boot of the machine. */
  readonly boot: string;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly isIdle: () => boolean;
  /** Whether the sound card works. */
  readonly soundWorks: () => boolean;
  /** Tells what starts the machine anew, where a slot does not prove good, that there is a call (true), or none any more. */
  readonly markCall: (inCall: boolean) => void;
  readonly restart: () => boolean;
  readonly tell: (event: JournalEvent) => void;
  readonly onBusy: (busy: boolean) => void;
}

/** Updates of a board that can have them. */
export interface Updates {
  readonly updater: Updater;
  /** Where an uploaded bundle is put. */
  readonly upload: string;
  /** To be called once the station runs: finds out whether all of this works, and judges the slot by it. */
  start(checks: readonly Check[]): void;
  close(): void;
}

/** Puts it together: the trial of the slot that runs, the self-test, the updater, the schedule. */
export async function openUpdates(options: UpdatesOptions): Promise<Updates> {
  const {config, clock, log, isIdle, soundWorks, markCall, restart} = options;
  const memory = new UpdateMemory(config.data);
  let waiting: Pick<Timer, 'cancel'> | undefined;
  const restartWhenQuiet = () => {
    waiting = whenQuiet(clock, isIdle, QUIET, () => void restart());
  };
  const trial = await beginTrial({...options, memory, restart: restartWhenQuiet});
  const selfTest = new SelfTest(clock);
  const updater = new Updater({...options, memory, status: trial.status});
  const upload = join(config.data, 'update.raucb');
  // Of an upload that was cut off.
  rmSync(upload, {force: true});
  const schedule = config.update && openSchedule(config.update, config.data, updater, options);
  // It takes calls before it has proved good.
  const calls = watchCalls(clock, isIdle, markCall);
  return {
    updater,
    upload,
    start(checks) {
      // One that was missing before must not take back an update.
      const sound = trial.soundWorked ? [{name: 'the sound card is open', passes: soundWorks}] : [];
      selfTest.run([...checks, ...sound], (failed) => {
        trial.judge(failed).then(
          () => {
            updater.endTrial(failed);
            if (failed.length === 0) calls.close();
          },
          (error: unknown) => log.error((error as Error).message),
        );
      });
    },
    close() {
      selfTest.close();
      calls.close();
      waiting?.cancel();
      schedule?.close();
      updater.close();
    },
  };
}

function openSchedule(
  {url, at}: NonNullable<Config['update']>,
  data: string,
  updater: Updater,
  {clock, log}: UpdatesOptions,
): UpdateSchedule {
  return new UpdateSchedule({
    url,
    at,
    clock,
    identify,
    memory: new SeenUpdate(data),
    begin: (from, done) => void updater.begin(from, shownSource(from), done),
    warn: (text) => log.warn(text),
  });
}
