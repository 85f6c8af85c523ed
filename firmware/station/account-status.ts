import type {AccountStatus} from './status.ts';
import type {TelephoneAccount} from './telephone.ts';

/** An account as the station's status has it: times as text, null for what is not known. */
export function accountStatus(account: TelephoneAccount): AccountStatus {
  return {
    ...account,
    lastAttempt: isoTime(account.lastAttempt),
    nextAttempt: isoTime(account.nextAttempt),
    messages: account.messages ?? null,
  };
}

/** ISO 8601 in UTC of a wall-clock time in ms. */
function isoTime(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
