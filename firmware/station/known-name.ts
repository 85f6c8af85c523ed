import type {Party} from '../sip/agent/call.ts';

/** The name of a party where it may be believed; anybody can write any name. */
export function knownName({verified, displayName}: Party): string | undefined {
  return verified && displayName !== '' ? displayName : undefined;
}
