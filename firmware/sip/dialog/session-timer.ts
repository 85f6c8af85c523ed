import type {Clock, Timer} from '../../base/clock.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import type {Refused} from './capabilities.ts';
import type {ExtraHeader} from './dialog.ts';

/** The session interval (s) that is asked for, as RFC 4028 section 4 recommends. */
const usualInterval = 1800;
/** The smallest interval (s) that is taken: the least that may be demanded (section 5). */
export const smallestInterval = 90;
/**
 * How often a request is sent again because its interval was too short. Once is enough for the other side; proxies on the way
 * may each want more.
 */
export const lengtheningLimit = 3;

/** How long a session lives without a refresh, and whose task that is. */
export interface AgreedInterval {
  readonly seconds: number;
  readonly refreshHere: boolean;
}

interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** The headers with which a request asks for a session timer; `least` is the greatest Min-SE met so far (s). */
export function requestInterval(least: number, refresher?: 'uac'): ExtraHeader[] {
  const seconds = Math.max(usualInterval, least);
  const headers = [
    {name: 'Session-Expires', value: `${seconds}${refresher ? `;refresher=${refresher}` : ''}`},
  ];
  // Without the header 90 s is meant.
  if (least > smallestInterval) headers.push({name: 'Min-SE', value: String(least)});
  return headers;
}

/** The refusal of an interval that is too short (RFC 4028 section 9), if its sender understands that. */
export function refuseInterval({method, headers}: SipRequest): Refused | undefined {
  if (method !== 'INVITE' && method !== 'UPDATE') return undefined;
  const asked = readSessionExpires(headers.get('Session-Expires'));
  if (!asked || asked.seconds >= smallestInterval || !supportsTimer(headers.list('Supported')))
    return undefined;
  return {status: 422, headers: [{name: 'Min-SE', value: String(smallestInterval)}]};
}

/**
 * What a 2xx to an INVITE or UPDATE says of the session timer (RFC 4028 section 9, table 2), and what is agreed by it;
 * nothing where the other side knows no timers and no proxy asks for one.
 */
export function answerInterval({headers}: SipRequest): {
  readonly headers: ExtraHeader[];
  readonly agreed: AgreedInterval | undefined;
} {
  const asked = readSessionExpires(headers.get('Session-Expires'));
  const supported = supportsTimer(headers.list('Supported'));
  if (!asked && !supported) return {headers: [], agreed: undefined};
  const least = Math.max(smallestInterval, readSeconds(headers.get('Min-SE')) ?? 0);
  const seconds = Math.max(asked?.seconds ?? usualInterval, least);
  // Who asks refreshes unless it wants otherwise; who does not understand timers cannot.
  const refreshHere = !supported || !asked || asked.refresher === 'uas';
  const answer = [
    {name: 'Session-Expires', value: `${seconds};refresher=${refreshHere ? 'uas' : 'uac'}`},
    ...(refreshHere ? [] : [{name: 'Require', value: 'timer'}]),
  ];
  return {headers: answer, agreed: {seconds, refreshHere}};
}

/** What a 2xx to a request of ours agrees on (section 7.2); undefined: the session does not expire. */
export function agreedInterval({headers}: SipResponse): AgreedInterval | undefined {
  const said = readSessionExpires(headers.get('Session-Expires'));
  if (!said) return undefined;
  return {seconds: Math.max(said.seconds, smallestInterval), refreshHere: said.refresher !== 'uas'};
}

/** The Min-SE (s) of a 422 (section 6); undefined where it does not help. */
export function demandedInterval({status, headers}: SipResponse, least: number): number | undefined {
  const seconds = status === 422 ? readSeconds(headers.get('Min-SE')) : undefined;
  return seconds !== undefined && seconds > least ? seconds : undefined;
}

/** Tells when a session is due for a refresh, and when it has expired (RFC 4028 section 10). */
export class SessionTimer {
  #clock: Clock;
  #onRefresh: () => void;
  #onExpired: () => void;
  #refresh: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(clock: Clock, onRefresh: () => void, onExpired: () => void) {
    this.#clock = clock;
    this.#onRefresh = onRefresh;
    this.#onExpired = onExpired;
  }

  /** Begins a new interval; undefined: the session does not expire any more. */
  start(agreed: AgreedInterval | undefined): void {
    this.stop();
    if (!agreed) return;
    const {seconds, refreshHere} = agreed;
    if (refreshHere) this.#refresh = this.#clock.after((seconds / 2) * 1000, this.#onRefresh);
    // A little before the end, so that the BYE still finds the proxies on its way.
    const margin = Math.min(32, seconds / 3);
    this.#expiry = this.#clock.after((seconds - margin) * 1000, this.#onExpired);
  }

  stop(): void {
    this.#refresh?.cancel();
    this.#expiry?.cancel();
  }
}

function supportsTimer(extensions: readonly string[]): boolean {
  return extensions.some((extension) => extension.toLowerCase() === 'timer');
}

function readSessionExpires(value: string | undefined): SessionExpires | undefined {
  const seconds = readSeconds(value?.split(';', 1)[0]);
  if (seconds === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\s*(;|$)/i.exec(value ?? '')?.[1]?.toLowerCase();
  return {seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined};
}

/** Delta-seconds; more than a week is a mistake. */
function readSeconds(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})\s*(;|$)/.exec(value ?? '')?.[1];
  const seconds = Number(digits);
  return digits !== undefined && seconds <= 604_800 ? seconds : undefined;
}
