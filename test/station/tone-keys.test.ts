import {expect, test} from 'vitest';
import {party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

/** A station in a call that it has answered; its door opens by 7. */
function talking() {
  const made = makeStation();
  const call = made.telephone.receive(party());
  call.answers();
  return {...made, call};
}

test('a key as tones opens the door, as any other does', () => {
  const {call, relay} = talking();
  call.media.onDigit?.('7', 'tone');
  expect(relay.active).toBe(true);
});

test('once keys have come by INFO, tones are the same keys again', () => {
  const {call, relay, callLog} = talking();
  call.media.onDigit?.('1', 'tone');
  call.listener!.onDigit('1', 'info');
  call.media.onDigit?.('7', 'tone');
  expect(relay.active).toBe(false);
  call.listener!.onDigit('7', 'info');
  expect(relay.active).toBe(true);
  call.ends('hung-up-there');
  expect(callLog.list(1)).toMatchObject([{keysHeard: 2}]);
});
