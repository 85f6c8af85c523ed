import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {DoorConfig} from '../../firmware/station/door.ts';
import {Doors} from '../../firmware/station/doors.ts';
import type {JournalEvent} from '../../firmware/station/journal-event.ts';
import type {DoorCommand} from '../../firmware/station/station-control.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeInput, FakeOutput} from './fakes/board.ts';

const front: DoorConfig = {
  name: 'front',
  output: 'relay-1',
  open_seconds: 3,
  held_open_seconds: 60,
  exit: 'exit',
  contact: 'contact',
};

/** A door with its exit button, its contact shut, and a closed tamper loop. */
function makeDoors(config: Partial<DoorConfig> = {}) {
  const clock = new FakeClock();
  const relay = new FakeOutput('relay-1');
  const [exit, contact, tamper] = ['exit', 'contact', 'tamper'].map((name) => new FakeInput(name)) as [
    FakeInput,
    FakeInput,
    FakeInput,
  ];
  contact.move(true, 0);
  tamper.move(true, 0);
  const told: JournalEvent[] = [];
  const doors = new Doors({
    doors: [{...front, ...config}],
    tamper: 'tamper',
    inputs: new Map([exit, contact, tamper].map((input) => [input.name, input])),
    outputs: new Map([['relay-1', relay]]),
    clock,
    tell: (event) => told.push(event),
    changed() {},
  });
  doors.start();
  const command = (what: DoorCommand) => doors.command('front', what, 'me');
  return {
    clock,
    relay,
    doors,
    command,
    told,
    kinds: () => told.map(({kind}) => kind),
    move: (input: 'exit' | 'contact' | 'tamper', active: boolean) =>
      ({exit, contact, tamper})[input].move(active, clock.now()),
  };
}

test('held open until set back to normal; a code or a button changes nothing meanwhile', () => {
  const {command, clock, relay, doors, move, kinds} = makeDoors();
  expect(command('hold')).toMatchObject({ok: true});
  expect(command('open')).toMatchObject({ok: true});
  move('exit', true);
  clock.advance(3_600_000);
  expect(relay.active).toBe(true);
  expect(doors.states).toMatchObject([{open: true, mode: 'held'}]);
  command('normal');
  expect(relay.active).toBe(false);
  expect(kinds()).toEqual(['door-held', 'door-normal', 'door-closed']);
});

test('holding during a pulse outlasts the pulse', () => {
  const {command, clock, relay} = makeDoors();
  command('open');
  clock.advance(1_000);
  command('hold');
  clock.advance(10_000);
  expect(relay.active).toBe(true);
});

test('locked wins: it ends what is open, and nothing opens until normal', () => {
  const {command, clock, relay, move, told} = makeDoors();
  command('open');
  command('lock');
  expect(relay.active).toBe(false);
  for (const what of ['open', 'hold'] as const) {
    expect(command(what)).toMatchObject({ok: false, error: {code: 'blocked'}});
  }
  move('exit', true);
  expect(told.at(-1)).toEqual({
    kind: 'entry-blocked',
    by: 'the exit button',
    reason: 'The door "front" stays closed: it was locked; set it back to normal first',
  });
  clock.advance(10_000);
  expect(relay.active).toBe(false);
  command('normal');
  command('open');
  expect(relay.active).toBe(true);
});

test('a lock that cannot be switched off at once is switched off as soon as it can be', () => {
  const {command, clock, relay, doors} = makeDoors();
  command('open');
  relay.broken = true;
  command('lock');
  expect(doors.states).toMatchObject([{open: true, mode: 'locked'}]);
  relay.broken = false;
  clock.advance(1_000);
  expect(relay.active).toBe(false);
  expect(doors.states).toMatchObject([{open: false, mode: 'locked'}]);
});

test('the exit button opens for the time of the door', () => {
  const {clock, relay, move, told} = makeDoors();
  move('exit', true);
  expect(relay.active).toBe(true);
  move('exit', false);
  clock.advance(3_000);
  expect(relay.active).toBe(false);
  expect(told[0]).toMatchObject({kind: 'door-opened', by: 'the exit button'});
});

test('an opened housing closes every door, even a held one, and blocks until the loop is closed', () => {
  const {command, relay, move, kinds, doors} = makeDoors();
  command('hold');
  move('tamper', false);
  expect(relay.active).toBe(false);
  expect(command('open')).toMatchObject({ok: false, error: {code: 'blocked'}});
  move('exit', true);
  expect(relay.active).toBe(false);
  move('tamper', true);
  expect(relay.active).toBe(false);
  expect(doors.states).toMatchObject([{mode: 'normal'}]);
  expect(command('open')).toMatchObject({ok: true});
  expect(kinds()).toEqual([
    'door-held',
    'tamper',
    'door-closed',
    'entry-blocked',
    'tamper-ended',
    'door-opened',
  ]);
});

test('once closed for good, a door is opened by nothing', () => {
  const {doors, relay, command, move, clock} = makeDoors();
  command('open');
  doors.close();
  expect(relay.active).toBe(false);
  expect(command('open')).toMatchObject({ok: false, error: {code: 'blocked'}});
  expect(command('hold')).toMatchObject({ok: false, error: {code: 'blocked'}});
  move('exit', true);
  expect(relay.active).toBe(false);
  expect(clock.pending).toBe(0);
});

test('a housing that is open at the start blocks from the start', () => {
  const {doors, move, command, told} = makeDoors();
  doors.close();
  move('tamper', false);
  doors.start();
  expect(told).toMatchObject([{kind: 'tamper'}]);
  expect(command('open')).toMatchObject({ok: false});
});

test('the contact tells of coming and going, and of a door left open', () => {
  const {command, clock, move, doors, kinds, told} = makeDoors();
  expect(doors.states).toMatchObject([{ajar: false}]);
  command('open');
  clock.advance(2_000);
  move('contact', false);
  expect(doors.states).toMatchObject([{ajar: true}]);
  clock.advance(60_000);
  move('contact', true);
  clock.advance(600_000);
  expect(kinds()).toEqual(['door-opened', 'door-ajar', 'door-closed', 'door-left-open', 'door-shut']);
  expect(told).toContainEqual({kind: 'door-left-open', door: 'front', seconds: 60});
});

test('a door that opens without a release was forced; pushed just after its time it was not', () => {
  const {command, clock, move, kinds} = makeDoors();
  move('contact', false);
  move('contact', true);
  command('open');
  clock.advance(3_000 + 2_500);
  move('contact', false);
  expect(kinds()).toEqual(['door-forced', 'door-shut', 'door-opened', 'door-closed', 'door-ajar']);
});

test('where people leave by a handle, and no exit button tells, no door counts as forced', () => {
  const {move, kinds} = makeDoors({exit: undefined});
  move('contact', false);
  expect(kinds()).toEqual(['door-ajar']);
});

test('whatever is asked in whatever order: open only as the mode, the pulse and the tamper loop allow', () => {
  const step = fc.oneof(
    fc.constantFrom<DoorCommand>('open', 'hold', 'lock', 'normal').map((command) => ({command})),
    fc.boolean().map((tamper) => ({tamper})),
    fc.boolean().map((exit) => ({exit})),
    fc.integer({min: 1, max: 5_000}).map((wait) => ({wait})),
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), (steps) => {
      const {command, clock, relay, doors, move} = makeDoors();
      let tampered = false;
      for (const one of steps) {
        if ('command' in one) command(one.command);
        else if ('tamper' in one) {
          tampered = one.tamper;
          move('tamper', !tampered);
        } else if ('exit' in one) move('exit', one.exit);
        else clock.advance(one.wait);
        const {mode, open} = doors.states[0]!;
        expect(relay.active).toBe(open);
        if (tampered || mode === 'locked') expect(open).toBe(false);
        if (mode === 'held') expect(open).toBe(true);
      }
      if (doors.states[0]?.mode === 'held') command('normal');
      clock.advance(3_000);
      expect(relay.active).toBe(false);
    }),
  );
});
