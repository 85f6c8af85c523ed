import type {Clock, Timer} from '../base/clock.ts';
import type {Installer} from './installer.ts';

/** How often it is asked how the slots stand; ms. */
const LOOK = 5_000;
/** What has told for so long that nothing is installed does not install; ms. */
const SETTLED = 60_000;
/** What has told nothing for so long is given up; ms. */
const LIMIT = 3_600_000;

/**
 * Follows an installation that goes on by itself: RAUC tells no slots while it installs. Calls `done` once, with whether the next
 * boot takes what was installed, or false where that is not known after an hour.
 */
export function followInstallation(
  clock: Clock,
  installer: Installer,
  done: (installed: boolean) => void,
): Pick<Timer, 'cancel'> {
  const begun = clock.now();
  let settledSince: number | undefined;
  let timer: Timer | undefined;
  let cancelled = false;
  const look = async (): Promise<void> => {
    const slots = await installer.slots().catch(() => undefined);
    if (cancelled) return;
    const now = clock.now();
    settledSince = slots && (settledSince ?? now);
    if (slots && slots.next !== slots.booted) done(true);
    else if (now - (settledSince ?? now) >= SETTLED || now - begun >= LIMIT) done(false);
    else timer = clock.after(LOOK, () => void look());
  };
  void look();
  return {
    cancel() {
      cancelled = true;
      timer?.cancel();
    },
  };
}
