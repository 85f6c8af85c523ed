import type {JournalEvent} from '../station/journal-event.ts';
import type {Installer} from './installer.ts';
import type {UpdateMemory} from './update-record.ts';

export interface TrialOptions {
  readonly installer: Installer;
  readonly memory: UpdateMemory;
  /** Id of this boot of the machine. */
  readonly boot: string;
  readonly version: string;
  readonly restart: () => void;
  readonly tell: (event: JournalEvent) => void;
}

/**
 * Looks, once the machine has started anew after an update, which slot it runs from. The old one: the new did not start or did
 * not prove good, and the boot loader has gone back; that is told. The new one: it is on trial until `judge`.
 * @returns what takes the outcome of the self-test: a slot that passes is marked good; an update that does not is told of, and the
 * machine starts anew, so that the boot loader counts its try. Any other slot stays, for there is none better.
 */
export async function beginTrial(
  options: TrialOptions,
): Promise<(failed: readonly string[]) => Promise<void>> {
  const {installer, memory, boot, version, restart, tell} = options;
  const {record} = memory;
  const {booted} = await installer.slots();
  const restarted = record !== undefined && record.boot !== boot;
  const onTrial = restarted && record.from !== booted;
  if (restarted && !onTrial) {
    tell({kind: 'update-rolled-back', slot: booted, version});
    memory.forget();
  }
  return async (failed) => {
    if (failed.length > 0) {
      tell({kind: 'self-test-failed', failed, trial: onTrial});
      if (onTrial) restart();
      return;
    }
    await installer.markGood();
    if (!onTrial) return;
    tell({kind: 'update-good', slot: booted, version});
    memory.forget();
  };
}
