import {existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test, vi} from 'vitest';
import {boards} from '../../boards/index.ts';
import {finishWriting, UNFINISHED, writeTogether} from '../../firmware/base/write-together.ts';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {Settings} from '../../firmware/config/settings.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';
import {power} from '../support/failing-power.ts';

vi.mock('node:fs', async (original) =>
  (await import('../support/failing-power.ts')).withFailingPower(await original()),
);

const configuration = (name: string) => `name: ${name}
board: simulated
doors: [{name: front, output: relay-1, code: !secret door-front}]
`;
/** Name and code belong together. */
const [before, after] = [
  ['Old door', '1111'],
  ['New door', '2222'],
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-restore-'));
  onTestFinished(() => {
    power.left = undefined;
    rmSync(folder, {recursive: true});
  });
});

function begin(): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  writeFileSync(join(folder, 'doorline.yaml'), configuration('Old door'));
  writeFileSync(join(folder, 'secrets.yaml'), 'door-front: 1111\n');
}

/** Runs until the power fails. @returns whether it went well to its end. */
function until(changes: number, work: () => boolean): boolean {
  power.left = changes;
  try {
    return work();
  } catch {
    return false;
  } finally {
    power.left = undefined;
  }
}

function restore(): boolean {
  const settings = new Settings(join(folder, 'doorline.yaml'), boards, join(folder, 'data'), readWavFile);
  return settings.restore(configuration('New door'), {'door-front': '2222'}).ok;
}

function finish(): boolean {
  finishWriting(folder);
  return true;
}

/** Name and code, as a station has them that starts now. */
function state(): string[] {
  const loaded = loadConfig(join(folder, 'doorline.yaml'), boards);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return [loaded.value.name, loaded.value.doors[0]!.code!];
}

test('the power may fail at any instant while a backup is put back: configuration and secrets are the old ones or the new ones', () => {
  const seen = new Set<string>();
  for (let changes = 0; ; changes += 1) {
    begin();
    const restored = until(changes, restore);
    const all = existsSync(join(folder, UNFINISHED));
    finish();
    expect(state(), `${changes} changes`).toEqual(restored || all ? after : before);
    seen.add(state().join());
    expect(existsSync(join(folder, UNFINISHED))).toBe(false);
    if (restored && !all) break;
  }
  expect([...seen]).toEqual(['Old door,1111', 'New door,2222']);
});

test('nor does it matter where it fails when the next start goes on', () => {
  for (let changes = 0; ; changes += 1) {
    begin();
    writeFileSync(
      join(folder, UNFINISHED),
      JSON.stringify({'secrets.yaml': 'door-front: 2222\n', 'doorline.yaml': configuration('New door')}),
    );
    const finished = until(changes, finish);
    finish();
    expect(state(), `${changes} changes`).toEqual(after);
    if (finished) break;
    expect(changes).toBeLessThan(50);
  }
});

test.each(['{"doorline.yaml": "na', 'null', '7', '{"doorline.yaml": null}'])(
  'a list that the card has damaged (%j) stands in the way of nothing',
  (damaged) => {
    begin();
    writeFileSync(join(folder, UNFINISHED), damaged);
    finish();
    expect(state()).toEqual(before);
    writeTogether(folder, {'doorline.yaml': configuration('Third door')});
    expect(state()).toEqual(['Third door', '1111']);
    expect(readdirSync(folder).sort()).toEqual(['doorline.yaml', 'secrets.yaml']);
  },
);
