import type {Call} from './call.ts';
import type {DialogState} from './event-package.ts';

const names = {calling: 'trying', ringing: 'early', talking: 'confirmed', ended: 'terminated'} as const;

/** The states of the calls of a user agent as subscribers are told; ended ones until another begins. */
export class CallStates {
  #calls = new Map<Call, string>();
  #count = 0;

  /** Takes note of calls that have begun. One that comes in counts from when it is let in: strangers begin nothing. */
  update(calls: Iterable<Call>): void {
    for (const call of calls) {
      const begun = call.direction === 'outgoing' || call.state === 'ringing' || call.state === 'talking';
      if (!begun || call.state === 'ended' || this.#calls.has(call)) continue;
      for (const known of this.#calls.keys()) if (known.state === 'ended') this.#calls.delete(known);
      this.#calls.set(call, `call-${++this.#count}`);
    }
  }

  get list(): DialogState[] {
    return Array.from(this.#calls, ([{direction, state}, id]) => ({id, direction, state: names[state]}));
  }
}
