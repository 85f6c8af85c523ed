import {expect, test} from 'vitest';
import {Progress} from '../../tools/flash/progress.ts';
import {inUnits} from '../../tools/flash/units.ts';

function scene(isTTY: boolean) {
  const time = {now: 0};
  const written: string[] = [];
  const screen = {isTTY, write: (text: string) => written.push(text)};
  return {time, written, progress: new Progress('Writing', 100_000_000, screen, () => time.now)};
}

test('a terminal sees one line: how far, how fast, and how long it takes', () => {
  const {time, written, progress} = scene(true);
  time.now = 1000;
  progress.show(25_000_000);
  expect(written).toEqual([
    '\rWriting  [######                  ]  25 %  25.0 MB of 100 MB  25.0 MB/s  3 s left\u001b[K',
  ]);
  time.now = 1050; // too soon to be drawn again
  progress.show(26_000_000);
  expect(written).toHaveLength(1);
  progress.show(100_000_000);
  expect(written.at(-1)).toMatch(/\r.* 100 % {2}100 MB of 100 MB {2}95\.2 MB\/s\u001b\[K\n$/);
});

test('the rate is that of the last seconds: a card that becomes slow is told as such', () => {
  const {time, written, progress} = scene(true);
  for (let second = 1; second <= 20; second += 1) {
    time.now = second * 1000;
    progress.show(second <= 5 ? second * 10_000_000 : 50_000_000 + (second - 5) * 1_000_000);
  }
  expect(written.at(-1)).toMatch(/65\.0 MB of 100 MB {2}1\.0 MB\/s {2}35 s left/);
});

test('a file sees each tenth once', () => {
  const {time, written, progress} = scene(false);
  for (let done = 0; done <= 1000; done += 1) {
    time.now += 10;
    progress.show(done * 100_000);
  }
  expect(written).toHaveLength(11);
  expect(written.every((line) => /^Writing .*\n$/.test(line))).toBe(true);
});

test('sizes are told as on the packages of cards', () => {
  expect([0, 999, 1000, 999_499, 999_500, 31_914_983_424, 4e12, 2 ** 53].map(inUnits)).toEqual([
    ...['0 bytes', '999 bytes', '1.0 kB', '999 kB', '1.0 MB', '31.9 GB', '4.0 TB', '9.0 PB'],
  ]);
});
