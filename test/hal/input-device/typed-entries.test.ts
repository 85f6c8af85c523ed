import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseInputEvents} from '../../../hal/input-device/input-event.ts';
import {TypedEntries} from '../../../hal/input-device/typed-entries.ts';

const codes = new Map([...'1234567890'].map((digit, index) => [digit, 2 + index]));
const [ENTER, SHIFT, LETTER_A, BACKSPACE] = [28, 42, 30, 14] as const;

/** The bytes of a key as the kernel tells of it: MSC_SCAN, down, SYN, up, SYN. */
function stroke(code: number, at: number): Buffer {
  const events = [
    [4, 4, 0x70000 + code],
    [1, code, 1],
    [0, 0, 0],
    [1, code, 0],
    [0, 0, 0],
  ] as const;
  return Buffer.concat(events.map(([type, key, value]) => event(type, key, value, at)));
}

function event(type: number, code: number, value: number, at: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeBigInt64LE(BigInt(Math.floor(at / 1000)), 0);
  bytes.writeBigInt64LE(BigInt((at % 1000) * 1000), 8);
  bytes.writeUInt16LE(type, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}

/** What comes of keys that are typed so many ms apart. */
function type(keys: readonly (string | number)[], gap: number) {
  const typed = new TypedEntries();
  return keys
    .flatMap((key, index) =>
      parseInputEvents(
        stroke(typeof key === 'number' ? key : codes.get(key)!, 1_700_000_000_000 + index * gap),
      ),
    )
    .map((one) => typed.push(one))
    .filter((entry) => entry !== undefined);
}

test('an event of the kernel, byte by byte', () => {
  const bytes = Buffer.from('8f7d656700000000a1b20c00000000000100020001000000', 'hex');
  expect(parseInputEvents(bytes)).toEqual([{type: 1, code: 2, value: 1, at: 0x67657d8f * 1000 + 832.161}]);
});

test('digits and Enter are a code', () => {
  expect(type([...'4711', ENTER], 300)).toEqual([{kind: 'code', digits: '4711'}]);
});

test('what comes faster than hands type is a card', () => {
  expect(type([...'0012345678', ENTER], 8)).toEqual([{kind: 'card', digits: '0012345678'}]);
  expect(type([...'0012345678', ENTER], 120)).toEqual([{kind: 'code', digits: '0012345678'}]);
  expect(type([...'4711', ENTER], 8)).toEqual([{kind: 'code', digits: '4711'}]);
});

test('a card after a slow code is a card', () => {
  const typed = new TypedEntries();
  const push = (key: string | number, at: number) =>
    parseInputEvents(stroke(typeof key === 'number' ? key : codes.get(key)!, at)).map((one) =>
      typed.push(one),
    );
  for (const [index, key] of [...'47'].entries()) push(key, index * 400);
  push(ENTER, 800);
  for (const [index, key] of [...'0012345678'].entries()) push(key, 2_000 + index * 8);
  expect(push(ENTER, 2_080)).toContainEqual({kind: 'card', digits: '0012345678'});
});

test('shift changes nothing; letters and backspace begin anew', () => {
  expect(type([SHIFT, ...'47', SHIFT, ...'11', ENTER], 300)).toEqual([{kind: 'code', digits: '4711'}]);
  expect(type([...'99', LETTER_A, ...'4711', ENTER], 300)).toEqual([{kind: 'code', digits: '4711'}]);
  expect(type([...'99', BACKSPACE, ...'4711', ENTER], 300)).toEqual([{kind: 'code', digits: '4711'}]);
});

test('the keys of the number pad and of telephones', () => {
  expect(type([82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 96], 300)).toMatchObject([{digits: '0123456789'}]);
  expect(type([0x204, 0x207, 0x20a, 0x201, 0x202, 0x203, 0x204, 0x20b], 300)).toEqual([
    {kind: 'code', digits: '1234'},
  ]);
});

test('a key that is held down counts once', () => {
  const typed = new TypedEntries();
  const events = [
    event(1, 2, 1, 0),
    event(1, 2, 2, 250),
    event(1, 2, 2, 280),
    event(1, 2, 0, 300),
    stroke(ENTER, 600),
  ];
  const entries = parseInputEvents(Buffer.concat(events)).map((one) => typed.push(one));
  expect(entries).toContainEqual({kind: 'code', digits: '1'});
});

test('events that were lost take their entry with them', () => {
  const typed = new TypedEntries();
  const keys = [stroke(2, 0), event(0, 3, 0, 100), stroke(3, 200), stroke(ENTER, 300)];
  const entries = parseInputEvents(Buffer.concat(keys)).map((one) => typed.push(one));
  expect(entries).toContainEqual({kind: 'code', digits: '2'});
});

test('whatever comes, an entry has 1 to 16 digits', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 2_000}), (noise) => {
      const typed = new TypedEntries();
      for (const one of parseInputEvents(Buffer.from(noise))) {
        expect(typed.push(one)?.digits ?? '0').toMatch(/^\d{1,16}$/);
      }
    }),
  );
});
