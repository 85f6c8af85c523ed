import {expect, test} from 'vitest';
import {Exposition} from '../../firmware/bridges/exposition.ts';

test('help, type, and a line for each value that is known', () => {
  const figures = new Exposition();
  figures.gauge('door_open', 'Whether.', [
    [{door: 'a "\\b"\nc', side: 'x'}, true],
    [{door: 'd', side: 'y'}, null],
  ]);
  figures.counter('calls_total', 'Calls.', [[{}, 4.5]]);
  figures.gauge('nothing', 'Not known.', [[{}, null]]);
  expect(figures.text).toBe(`# HELP door_open Whether.
# TYPE door_open gauge
door_open{door="a \\"\\\\b\\"\\nc",side="x"} 1
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total 4.5
`);
});
