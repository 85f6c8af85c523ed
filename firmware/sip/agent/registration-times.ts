import type {RandomBytes} from '../../base/random.ts';
import type {SipResponse} from '../message/message.ts';
import {parseNameAddress} from '../message/name-address.ts';

/** Seconds that a registration lasts at most and at least, whatever a server says. */
const longestExpiry = 86_400;
const shortestExpiry = 10;
const defaultPort = 5060;
/** Pauses (ms) between attempts. */
const shortestPause = 2000;
const longestPause = 60_000;
/** No server may ask for a longer pause (ms) than this. */
const longestRetryAfter = 3_600_000;
/** Seconds between keep-alives: no server may ask for fewer, or more. */
const shortestFlowTimer = 15;
const longestFlowTimer = 3600;
/** Seconds that a request may take until it has failed: time for one try before the registration is over. */
const attemptSeconds = 32;

/**
 * How many seconds a 2xx grants: what stands with our contact, else in Expires, else what we asked for
 * (RFC 3261 section 10.2.4). `contact` is the value of the Contact header we sent.
 */
export function grantedSeconds(response: SipResponse, contact: string, asked: number): number {
  const ours = uriOf(contact);
  const listed = response.headers
    .list('Contact')
    .map((value) => parseNameAddress(value))
    .flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
  const found = listed.find(({uri}) => uri.host !== undefined && sameContact(uri, ours));
  // Whoever rewrites addresses on the way may have written another one; if nobody else is there it is ours.
  const binding = found ?? (listed.length === 1 ? listed[0] : undefined);
  const granted =
    seconds(binding?.parameters.get('expires')) ?? seconds(response.headers.get('Expires')) ?? asked;
  return Math.min(Math.max(granted, shortestExpiry), longestExpiry);
}

/** The shortest time (seconds) that a 423 accepts; undefined where it does not tell, or asks for too much. */
export function minimumSeconds(response: SipResponse): number | undefined {
  const minimum = seconds(response.headers.get('Min-Expires'));
  return minimum === undefined || minimum > longestExpiry ? undefined : minimum;
}

/** When (ms after it was granted) a registration of so many seconds is refreshed: early enough to fail once. */
export function refreshDelay(granted: number): number {
  return Math.max(granted / 2, granted - attemptSeconds) * 1000;
}

/** The time (ms) after which a server takes a flow without keep-alives for dead; undefined where it does not tell (RFC 5626 section 10). */
export function flowTimer(response: SipResponse): number | undefined {
  const told = seconds(response.headers.get('Flow-Timer'));
  return told && Math.min(Math.max(told, shortestFlowTimer), longestFlowTimer) * 1000;
}

/** The pause (ms) that a response asks for with Retry-After; 0 where it asks for none. */
export function retryAfter(response: SipResponse): number {
  return Math.min((seconds(response.headers.get('Retry-After')) ?? 0) * 1000, longestRetryAfter);
}

/**
 * The pause (ms) after an attempt that failed, `failures` having failed before it: doubled each time from 4 s
 * to 60 s, of which a random half is left away, so that stations do not come back all at once (RFC 5626 section 4.5).
 */
export function retryDelay(failures: number, random: RandomBytes): number {
  const longest = Math.min(2 * shortestPause * 2 ** Math.min(failures, 10), longestPause);
  const [high = 0, low = 0] = random(2);
  const fraction = (high * 256 + low) / 65_535;
  return longest / 2 + (longest / 2) * fraction;
}

/** The decimal number at the start of a header or parameter value. */
function seconds(value: string | undefined): number | undefined {
  const digits = value === undefined ? undefined : /^\s*(\d{1,10})\b/.exec(value)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function uriOf(contact: string) {
  const parsed = parseNameAddress(contact);
  return parsed.ok ? parsed.value.uri : undefined;
}

function sameContact(
  one: {host: string | undefined; user: string | undefined; port?: number | undefined},
  other: {host: string | undefined; user: string | undefined; port?: number | undefined} | undefined,
): boolean {
  const samePort = (one.port ?? defaultPort) === (other?.port ?? defaultPort);
  return one.user === other?.user && one.host?.toLowerCase() === other?.host?.toLowerCase() && samePort;
}
