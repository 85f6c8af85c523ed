import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {Database} from '../../firmware/station/database.ts';
import {Journal} from '../../firmware/station/journal.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {FakeLog} from './fakes/log.ts';
import {temporaryFolder} from './fakes/temporary-folder.ts';

const writer = fileURLToPath(new URL('journal-writer.ts', import.meta.url));

/**
 * Runs the writer until it has told `count` numbers, kills it at once or a moment later, and returns what it
 * told.
 */
async function writeUntilKilled(
  file: string,
  count: number,
  delay: number,
): Promise<{told: number[]; complaints: string}> {
  const child = spawn(process.execPath, [writer, file], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  let complaints = '';
  child.stderr.on('data', (data) => {
    complaints += data;
  });
  child.stdout.on('data', (data) => {
    output += data;
    if (output.split('\n').length > count) setTimeout(() => child.kill('SIGKILL'), delay);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return {told: output.split('\n').slice(0, -1).map(Number), complaints};
}

test('every entry that was told is there after kill -9, and its number is not given again', {
  timeout: 60_000,
}, async () => {
  const file = join(temporaryFolder(), 'doorline.db');
  let last = 0;
  for (const [count, delay] of [
    [1, 0],
    [5, 3],
    [12, 11],
    [30, 17],
  ] as const) {
    const {told, complaints} = await writeUntilKilled(file, count, delay);
    expect(complaints).toBe('');
    expect(told.length).toBeGreaterThanOrEqual(count);
    expect(told[0]).toBeGreaterThan(last);
    last = told.at(-1)!;
    const clock = new FakeClock();
    const database = new Database({file, clock, log: new FakeLog()});
    const journal = new Journal({database, clock});
    const kept = new Set(journal.after(told[0]! - 1, 1_000).map(({seq}) => seq));
    expect(told.filter((seq) => !kept.has(seq))).toEqual([]);
    last = Math.max(last, journal.latest);
    database.close();
  }
});
