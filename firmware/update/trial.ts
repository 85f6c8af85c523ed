import type {JournalEvent} from '../station/journal-event.ts';
import type {Installer} from './installer.ts';
import type {UpdateMemory, UpdateRecord} from './update-record.ts';
import type {UpdateStatus} from './update-status.ts';

export interface TrialOptions {
  readonly installer: Installer;
  readonly memory: UpdateMemory;
  /** Id of this boot of the machine. */
  readonly boot: string;
  readonly version: string;
  readonly restart: () => void;
  readonly tell: (event: JournalEvent) => void;
}

export interface Trial {
  /** What became of the update before; undefined where there was none. */
  readonly status: UpdateStatus | undefined;
  /** An update is on trial that was installed when the sound card worked. */
  readonly soundWorked: boolean;
  /**
   * Takes the outcome of the self-test: a slot that passes is marked good; an update that does not is told of, and the machine
   * starts anew, so that the boot loader counts its try. Any other slot stays, for there is none better.
   */
  judge(failed: readonly string[]): Promise<void>;
}

/**
 * Looks, at each start, what became of the update that was installed last. The machine has started anew from the new slot: that is on
 * trial. From the old one: the new did not start or did not prove good, and the boot loader has gone back; or the power failed
 * before it was installed. Either is told.
 */
export async function beginTrial(options: TrialOptions): Promise<Trial> {
  const {installer, memory, boot, version, restart, tell} = options;
  const {record} = memory;
  const restarted = record !== undefined && record.boot !== boot;
  // Not asked otherwise: where only the firmware was started anew RAUC may still install, and does not answer.
  const {booted} = restarted ? await installer.slots() : {booted: ''};
  const onTrial = restarted && record.from !== booted;
  let status: UpdateStatus | undefined;
  if (onTrial) status = {state: 'trial', percent: null, reason: null};
  else if (restarted) status = giveUp(record, booted);

  function giveUp({installing, givenUp}: UpdateRecord, slot: string): UpdateStatus | undefined {
    if (givenUp) {
      memory.forget();
      return undefined;
    }
    const reason = installing === undefined ? GONE_BACK : INTERRUPTED;
    if (installing === undefined) tell({kind: 'update-rolled-back', slot, version});
    else tell({kind: 'update-refused', source: installing, reason});
    memory.forget();
    return {state: 'refused', percent: null, reason};
  }

  return {
    status,
    soundWorked: onTrial && record.sound === true,
    async judge(failed) {
      if (failed.length > 0) {
        tell({kind: 'self-test-failed', failed, trial: onTrial});
        if (onTrial) restart();
        return;
      }
      await installer.markGood();
      if (!onTrial) return;
      tell({kind: 'update-good', slot: booted, version});
      memory.forget();
    },
  };
}

const GONE_BACK =
  'The update did not start, or did not work: the board has gone back. The journal tells what failed.';
const INTERRUPTED = 'The board was switched off or started anew before it was installed. Give it once more.';
