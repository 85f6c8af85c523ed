import {expect, test, vi} from 'vitest';
import {makeStation} from './fakes/station.ts';

const codes = ['4711', '0012345678'];
const gate = {name: 'gate', port: '/dev/ttyAMA0', kind: 'keypad', doors: ['front'], codes} as const;

/** A station with one reader, and what comes there, each well after the one before. */
function makeReader(changes: {doors?: string[]; codes?: string[]} = {}) {
  const config = {...gate, doors: ['front'], codes, ...changes};
  const made = makeStation({readers: [config]});
  const [reader] = made.readers;
  const enter = (kind: 'card' | 'code', digits: string) => {
    made.clock.advance(2_000);
    reader!.onEntry?.({kind, digits});
  };
  const texts = () => made.journal.after(0, 1_000).map(({text}) => text);
  return {...made, reader: reader!, enter, texts};
}

test('a code on the list opens the door, and is never told', () => {
  const {enter, relay, texts, journal, clock} = makeReader();
  enter('code', '4711');
  expect(relay.active).toBe(true);
  expect(texts().slice(1)).toEqual([
    'A code was entered at reader "gate"',
    'Door "front" was opened for 3 s by a code at reader "gate"',
  ]);
  clock.advance(3_000);
  expect(relay.active).toBe(false);
  expect(JSON.stringify(journal.after(0, 100))).not.toContain('4711');
});

test('of a card only the last digits are told', () => {
  const {enter, relay, texts, journal} = makeReader();
  enter('card', '0012345678');
  expect(relay.active).toBe(true);
  expect(texts().slice(1)).toEqual([
    'Card …5678 was shown at reader "gate"',
    'Door "front" was opened for 3 s by card …5678 at reader "gate"',
  ]);
  expect(JSON.stringify(journal.after(0, 100))).not.toContain('45678');
});

test('a wrong code, or card, opens nothing and is seen and heard', () => {
  const {enter, relay, texts, station, media} = makeReader();
  enter('code', '4712');
  expect(relay.active).toBe(false);
  expect(station.status().light).toBe('wrong-code');
  expect(media.sounds.at(-1)).toBe('error');
  enter('card', '0099999999');
  expect(texts().slice(1)).toEqual([
    'A wrong code was entered at reader "gate"',
    'Card …9999 was shown at reader "gate": it is not on the list',
  ]);
});

test('five wrong ones lock the reader for 30 s, and not the keys of the telephone', () => {
  const {enter, relay, kinds, station, clock, telephone, press} = makeReader();
  for (let count = 0; count < 5; count += 1) enter('code', `900${count}`);
  expect(kinds().at(-1)).toBe('codes-locked');
  expect(station.status().light).toBe('locked-out');
  enter('code', '4711');
  expect([relay.active, kinds().at(-1)]).toEqual([false, 'codes-locked']);

  press();
  telephone.calls[0]!.answers();
  telephone.calls[0]!.presses('7');
  expect(relay.active).toBe(true);
  station.hangUp();

  clock.advance(30_000);
  expect(relay.active).toBe(false);
  enter('code', '4711');
  expect(relay.active).toBe(true);
});

test('fewer digits than any code has are no guess', () => {
  const {enter, kinds} = makeReader();
  for (let count = 0; count < 20; count += 1) enter('code', '1');
  expect(kinds()).toEqual(['started']);
});

test('a code is a whole entry: what only begins with one opens nothing', () => {
  const {enter, relay} = makeReader();
  enter('code', '47110');
  enter('card', '4711000000');
  expect(relay.active).toBe(false);
});

test('a locked door stays closed, whatever is on the list', () => {
  const {enter, relay, station, texts, media} = makeReader();
  station.commandDoor('front', 'lock', 'the page');
  enter('card', '0012345678');
  expect(relay.active).toBe(false);
  expect(texts().at(-1)).toBe(
    'The door "front" stays closed: it was locked; set it back to normal first (card …5678 at reader "gate")',
  );
  expect(media.sounds.at(-1)).toBe('error');
});

test('a reader without a list only tells what comes, of a flood a part', () => {
  const {enter, relay, texts, clock} = makeReader({doors: [], codes: []});
  enter('card', '0012345678');
  enter('code', '4711');
  expect(relay.active).toBe(false);
  expect(texts().slice(1)).toEqual([
    'Card …5678 was shown at reader "gate"',
    'A code was entered at reader "gate"',
  ]);
  for (let count = 0; count < 100; count += 1) enter('card', `00${count}`);
  expect(texts()).toHaveLength(21);
  clock.advance(600_000);
  enter('card', '0012345678');
  expect(texts().slice(-2)).toEqual([
    '82 more cards or codes came at reader "gate"',
    'Card …5678 was shown at reader "gate"',
  ]);
});

test('entries faster than hands make them count once', () => {
  const {reader, clock, kinds} = makeReader();
  for (let count = 0; count < 1_000; count += 1) {
    clock.advance(10);
    reader.onEntry?.({kind: 'code', digits: `${5_000 + count}`});
  }
  expect(kinds()).toEqual(['started', 'code-entered']);
});

test('a reader that goes and comes back is told of; one that is there from the start is not', async () => {
  const {reader, texts} = makeReader();
  reader.onState?.(undefined);
  expect(texts()).toHaveLength(1);
  reader.onState?.('it was unplugged');
  reader.onState?.(undefined);
  expect(texts().slice(1)).toEqual([
    'Reader "gate" does not work: it was unplugged',
    'Reader "gate" works again',
  ]);
});

test('the readers are closed with the station', async () => {
  const {reader, station} = makeReader();
  await station.stop();
  expect(reader.closed).toBe(true);
});

test('the status tells how each reader is, and how much has come there', () => {
  const {reader, enter, station} = makeReader();
  const status = () => station.status().readers[0]!;
  expect(status()).toEqual({
    ...{name: 'gate', kind: 'keypad', connected: false, lastFault: null},
    ...{read: 0, opened: 0, refused: 0},
  });
  const news = vi.fn();
  station.onChange = news;
  reader.onState?.(undefined);
  expect(status()).toMatchObject({connected: true, lastFault: null});
  reader.onState?.('it was unplugged');
  expect(status()).toMatchObject({connected: false, lastFault: 'it was unplugged'});
  reader.onState?.(undefined);
  expect(status()).toMatchObject({connected: true, lastFault: 'it was unplugged'});
  expect(news).toHaveBeenCalledTimes(3);
  enter('code', '4711');
  enter('code', '4712');
  station.commandDoor('front', 'lock', 'the page');
  enter('card', '0012345678');
  expect(status()).toMatchObject({read: 3, opened: 1, refused: 1});
});
