import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';

const script = readFileSync(
  new URL('../../tools/image/root/usr/lib/doorline-board/watch-trial', import.meta.url),
  'utf8',
);

/**
 * Runs the script where a second takes no time.
 * @param events commands of the shell, by how many seconds have passed; `left` are the slot's tries.
 * @returns what it said; the last line is "restart" and the seconds until then where the board starts anew.
 */
function trial(events: Readonly<Record<number, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-trial-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  mkdirSync(join(folder, 'run'));
  writeFileSync(join(folder, 'cmdline'), 'root=PARTUUID=d00b1e11-03 rauc.slot=B quiet\n');
  writeFileSync(join(folder, 'restart'), '#!/bin/sh\necho restart $passed\n', {mode: 0o755});
  const moved = Object.entries({
    '/proc/cmdline': 'cmdline',
    '/run/doorline/': 'run/',
    '/usr/lib/doorline-board/restart': './restart',
  }).reduce((text, [path, place]) => {
    expect(text).toContain(path);
    return text.replaceAll(path, place);
  }, script);
  const cases = Object.entries(events).map(([second, command]) => `${second}) ${command} ;;`);
  const machine = `left=1
export passed=0
fw_printenv() { [ "$*" = "-n BOOT_B_LEFT" ] && echo $left; }
sleep() { passed=$((passed + $1)); case $passed in ${cases.join(' ')} *) ;; esac; }
`;
  writeFileSync(join(folder, 'watch-trial'), `${machine}${moved}`);
  return execFileSync('sh', ['watch-trial'], {cwd: folder, encoding: 'utf8'}).trim().split('\n');
}

test('a slot that has proved good stays', () => {
  expect(trial({30: 'left=9'})).toEqual([
    'Slot B is on trial: its firmware has 120 s to prove good',
    'Slot B is good',
  ]);
});

test('one that does not is left after two minutes, whatever calls it had before', () => {
  expect(trial({}).at(-1)).toBe('restart 120');
  expect(trial({10: ': > run/in-call', 119: 'rm run/in-call'}).at(-1)).toBe('restart 120');
});

test('not in the middle of a call: when that ends, and not at all where it has proved good meanwhile', () => {
  expect(trial({100: ': > run/in-call', 250: 'rm run/in-call'}).slice(-2)).toEqual([
    'Slot B has not proved good after 250 s: starting again',
    'restart 250',
  ]);
  expect(trial({100: ': > run/in-call', 250: 'left=9'}).at(-1)).toBe('Slot B is good');
});

test('a firmware that is in a call for ever has a quarter of an hour', () => {
  expect(trial({1: ': > run/in-call'}).at(-1)).toBe('restart 900');
});
