import type {CallRecord} from '../../station/call-record.ts';
import type {LightState} from '../../station/light-pattern.ts';
import type {StationState} from '../../station/status.ts';

/** Each state as a headline. */
export const stateWords: Readonly<Record<StationState, string>> = {
  idle: 'Ready',
  calling: 'Calling',
  ringing: 'Ringing',
  talking: 'Talking',
  incoming: 'Incoming call',
};

/** What the light shows, for those who do not see its colour, by the name of the light state. */
export const lightWords: Readonly<Record<LightState, string>> = {
  starting: 'white, breathing (starting)',
  ready: 'white, dim (ready)',
  'no-network': 'amber, blinking slowly (no network)',
  'account-down': 'amber, blinking twice (an account is not registered)',
  calling: 'blue, pulsing (calling)',
  ringing: 'blue, pulsing fast (it rings)',
  talking: 'blue (talking)',
  ending: 'blue, blinking (the call is about to end)',
  failed: 'red, broken ring (no call came about)',
  'door-open': 'green, running (the door is open)',
  'wrong-code': 'red, three blinks (wrong code)',
  'locked-out': 'red (codes are locked)',
  update: 'purple, two blinks (an update is installed)',
  locate: 'white, running (here it is)',
  'reset-network': 'blue and red (let go now: the network settings are forgotten)',
  'reset-everything': 'blue and red, fast (let go now: everything is forgotten)',
};

/** Each result of a call. */
export const resultWords: Readonly<Record<NonNullable<CallRecord['result']>, string>> = {
  answered: 'Answered',
  refused: 'Refused',
  busy: 'Busy',
  'no-answer': 'No answer',
  unreachable: 'Unreachable',
  'not-found': 'Not found',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};

/** A SIP URI without what nobody needs to read. */
export function shortUri(uri: string): string {
  return uri.replace(/\bsips?:/gi, '');
}

/** Who is at the other end of a call, by name where that is known. */
export function whoIs({peer, peerName}: {peer: string; peerName?: string}): string {
  return peerName === undefined ? shortUri(peer) : `${peerName} (${shortUri(peer)})`;
}

/** Seconds as m:ss, or h:mm:ss. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds as the two greatest units that matter, for example "1 h 18 min". */
export function longDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return '< 1 min';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The reader's own time of day, with the date where it is not today. */
export function timeOfDay(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const time = at.toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString([], {day: 'numeric', month: 'short'})}, ${time}`;
}
