import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {MovedScript} from './moved-script.ts';

/**
 * Runs the script where a second takes no time.
 * @param events commands of the shell, by how many seconds have passed; `left` are the slot's tries.
 * @param left those at the beginning; none: they cannot be read.
 * @returns what it said; the last line is "restart" and the seconds until then where the board starts anew.
 */
function trial(events: Readonly<Record<number, string>>, left = '1'): string[] {
  const script = new MovedScript('watch-trial', {
    '/proc/cmdline': 'cmdline',
    '/run/doorline/': 'run/',
    '/usr/lib/doorline-board/restart': './restart',
  });
  mkdirSync(join(script.folder, 'run'));
  writeFileSync(join(script.folder, 'cmdline'), 'root=PARTUUID=d00b1e11-03 rauc.slot=B quiet\n');
  writeFileSync(join(script.folder, 'restart'), '#!/bin/sh\necho restart $passed\n', {mode: 0o755});
  const cases = Object.entries(events).map(([second, command]) => `${second}) ${command} ;;`);
  return script.run(`left=${left}
export passed=0
fw_printenv() { [ "$*" = "-n BOOT_B_LEFT" ] && [ -n "$left" ] && echo $left; }
sleep() { passed=$((passed + $1)); case $passed in ${cases.join(' ')} *) ;; esac; }`);
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

test('one whose tries cannot be read stays: a new start would not make them readable', () => {
  expect(trial({}, '')).toEqual(['How many tries slot B has left cannot be read: it stays']);
});

test('one whose tries cannot be read for a moment is still on trial', () => {
  expect(trial({10: 'left=', 20: 'left=1'}).at(-1)).toBe('restart 120');
});
