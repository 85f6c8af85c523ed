import {expect, test} from 'vitest';
import {party} from './fakes/call.ts';
import {makeStation} from './fakes/station.ts';

function talking(doors: Parameters<typeof makeStation>[0] = {}) {
  const made = makeStation(doors);
  const call = made.telephone.receive(party());
  call.answers();
  return {...made, call};
}

test('opening again before the end gives the door its whole time again', () => {
  const {station, clock, relay, kinds} = makeStation();
  expect(station.commandDoor('front', 'open', 'web page')).toMatchObject({ok: true});
  clock.advance(2_000);
  station.commandDoor('front', 'open', 'web page');
  clock.advance(2_999);
  expect(relay.active).toBe(true);
  clock.advance(1);
  expect(relay.active).toBe(false);
  expect(kinds()).toEqual(['started', 'door-opened', 'door-opened', 'door-closed']);
});

test('a list on the door decides, not the call: others press keys in vain, and it is told once', () => {
  const doors = [
    {name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '7', from: ['house']},
  ];
  const {call, relay, kinds} = talking({doors});
  call.presses('777');
  expect(relay.active).toBe(false);
  expect(kinds().filter((kind) => kind === 'keys-ignored')).toHaveLength(1);
});

test('whom the station called itself may be named by user, though nobody vouches for him', () => {
  const doors = [
    {
      name: 'front',
      output: 'relay-1',
      held_open_seconds: 60,
      open_seconds: 3,
      code: '7',
      from: ['sip:101@example.org'],
    },
  ];
  const {telephone, relay, press} = makeStation({doors});
  press();
  telephone.calls[0]!.answers();
  telephone.calls[0]!.presses('7');
  expect(relay.active).toBe(true);
});

test('a relay that fails on the way to open is put back to its safe state', () => {
  const {station, relay} = makeStation();
  relay.set = (active) => {
    relay.active = active;
    if (active) throw new Error('switched, but the answer was lost');
  };
  expect(station.commandDoor('front', 'open', 'web page')).toMatchObject({
    ok: false,
    error: {code: 'failed'},
  });
  expect(relay.active).toBe(false);
});

test('keys in the sound count once the caller has acknowledged: before, his address may be a false one', () => {
  const {call, relay} = talking();
  call.confirmed = false;
  call.presses('7');
  expect(relay.active).toBe(false);
  call.confirmed = true;
  call.presses('7');
  expect(relay.active).toBe(true);
});

test('a right code at a locked door opens nothing, which is told and heard', () => {
  const {station, call, relay, media, journal} = talking();
  station.commandDoor('front', 'lock', 'the page');
  call.presses('7');
  expect(relay.active).toBe(false);
  expect(media.sounds.at(-1)).toBe('error');
  expect(journal.after(0, 100).at(-1)).toMatchObject({
    kind: 'entry-blocked',
    by: 'sip:101@example.org',
    text: 'The door "front" stays closed: it was locked; set it back to normal first (sip:101@example.org)',
  });
});

test('without a code no digit opens', () => {
  const {call, relay, kinds} = talking({
    doors: [{name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3}],
  });
  call.presses('1234567890*#ABCD');
  expect(relay.active).toBe(false);
  expect(kinds()).not.toContain('keys-ignored');
});

test('wrong codes: light and sound say so, five lock, and the lock ends by itself', () => {
  const {station, call, clock, media, relay, journal} = talking();
  call.presses('1');
  expect(station.status().light).toBe('wrong-code');
  expect(media.sounds.at(-1)).toBe('error');
  call.presses('2345');
  expect(journal.after(0, 100).at(-1)).toMatchObject({
    kind: 'codes-locked',
    seconds: 30,
    by: 'sip:101@example.org',
  });
  clock.advance(2_000);
  expect(station.status().light).toBe('locked-out');
  call.presses('7');
  expect(relay.active).toBe(false);
  clock.advance(28_000);
  expect(station.status().light).toBe('talking');
  call.presses('7');
  expect(relay.active).toBe(true);
});

test("a long code that is broken off is judged at the pause, by the station's own timer", () => {
  const doors = [
    {name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '12'},
    {name: 'garage', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '1234'},
  ];
  const {call, clock, relay} = talking({doors});
  call.presses('12');
  expect(relay.active).toBe(false);
  clock.advance(3_000);
  expect(relay.active).toBe(true);
});

test('a key that a phone sends both ways counts once', () => {
  const {call, relay, callLog} = talking({
    doors: [{name: 'front', output: 'relay-1', held_open_seconds: 60, open_seconds: 3, code: '77'}],
  });
  call.presses('7');
  call.listener!.onDigit('7', 'info');
  expect(relay.active).toBe(false);
  call.presses('7');
  expect(relay.active).toBe(true);
  call.ends('hung-up-there');
  expect(callLog.list(1)).toMatchObject([{keysHeard: 2}]);
});

test('a relay that fails is told, and locking it is tried until it works', () => {
  const {station, clock, relay, kinds} = makeStation();
  relay.broken = true;
  expect(station.commandDoor('front', 'open', 'web page')).toMatchObject({
    ok: false,
    error: {code: 'failed'},
  });
  expect(station.status().doors).toMatchObject([{name: 'front', open: false}]);
  relay.broken = false;
  station.commandDoor('front', 'open', 'web page');
  relay.broken = true;
  clock.advance(3_000);
  expect(station.status().doors).toMatchObject([{name: 'front', open: true}]);
  relay.broken = false;
  clock.advance(1_000);
  expect(relay.active).toBe(false);
  expect(kinds()).toEqual(['started', 'door-fault', 'door-opened', 'door-fault', 'door-closed']);
});

test('an output that lets go by itself closes its door, also one that was held open', () => {
  const {station, relay, kinds} = makeStation();
  relay.onFault?.();
  for (const command of ['open', 'hold'] as const) {
    station.commandDoor('front', command, 'web page');
    relay.active = false;
    relay.onFault?.();
    expect(station.status().doors).toMatchObject([{name: 'front', open: false, mode: 'normal'}]);
  }
  const closed = ['door-fault', 'door-closed'];
  expect(kinds()).toEqual(['started', 'door-fault', 'door-opened', ...closed, 'door-held', ...closed]);
});
