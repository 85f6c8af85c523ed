import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {systemRandom} from '../firmware/base/random.ts';
import {instanceId} from '../firmware/instance-id.ts';

const version4 = /^urn:uuid:[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

let folder: string;
let troubles: string[];
const read = (from = folder) => instanceId(from, systemRandom, (text) => troubles.push(text));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-instance-'));
  troubles = [];
});

afterEach(() => rmSync(folder, {recursive: true}));

test('is a random UUID, the same at each start, another one at each station', () => {
  const id = read(join(folder, 'data'));
  expect(id).toMatch(version4);
  expect(read(join(folder, 'data'))).toBe(id);
  expect(readdirSync(join(folder, 'data'))).toEqual(['instance-id']);
  expect(read()).not.toBe(id);
  expect(troubles).toEqual([]);
});

test.each(['', 'urn:uuid:1234', 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6">;q=1'])(
  'what is no UUID is replaced: %j',
  (content) => {
    writeFileSync(join(folder, 'instance-id'), content);
    const id = read();
    expect(id).toMatch(version4);
    expect(readFileSync(join(folder, 'instance-id'), 'utf8')).toBe(`${id}\n`);
  },
);

test('where it cannot be kept it is told, and there is one all the same', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(read(join(folder, 'file'))).toMatch(version4);
  expect(troubles[0]).toContain('the instance id cannot be kept');
});

test('every random number gives a UUID', () => {
  for (let byte = 0; byte < 256; byte++) {
    const id = instanceId(
      join(folder, String(byte)),
      (count) => new Uint8Array(count).fill(byte),
      () => {},
    );
    expect(id).toMatch(version4);
  }
});
