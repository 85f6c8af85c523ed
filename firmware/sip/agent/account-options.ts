import type {EncryptionWish} from '../dialog/negotiation.ts';

/** An account at a SIP server. */
export interface AccountOptions {
  /** What it is called here. */
  readonly name: string;
  /** Address of record, for example `sip:door@example.org`. */
  readonly uri: string;
  /** Digest user name. */
  readonly user: string;
  readonly password: string;
  /** URIs of the servers that requests are sent to: the preferred one, then those that stand in for it. */
  readonly registrars: readonly string[];
  /** How long a registration is asked for, in seconds. */
  readonly expires: number;
  /** Whether sound is encrypted (SRTP); off where missing. */
  readonly srtp?: EncryptionWish | undefined;
}

/** How often a server was asked to register, and when; wall-clock time in ms since 1970. */
export interface AttemptTimes {
  readonly attempts: number;
  /** Undefined before the first attempt. */
  readonly lastAttempt: number | undefined;
  /** When the registration is refreshed or tried again; undefined while that is under way, and after the end. */
  readonly nextAttempt: number | undefined;
}

/** Whether the server knows where we are. */
export interface RegistrationStatus {
  readonly registered: boolean;
  /** Why not, in plain words; empty while registered. */
  readonly reason: string;
}
