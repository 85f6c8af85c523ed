import {expect, test} from 'vitest';
import {boards} from '../../../boards/index.ts';
import {checkBoard} from '../../../hal/check-board.ts';
import {type LightChoice, withLight} from '../../../hal/light/choose-light.ts';

const pi = boards.get('raspberry-pi-4')!;
const choose = (choice: LightChoice | undefined, board = pi) => withLight(board, choice).light;

test('the light of the board, another one in its place, or none', () => {
  expect(choose(undefined)).toBe(pi.light);
  expect(choose({kind: 'none'})).toBeUndefined();
  expect(choose({kind: 'ring', count: 24})).toEqual({...pi.light, count: 24});
  expect(choose({kind: 'led', names: ['ACT']})).toEqual({kind: 'leds', leds: 'ACT'});
  expect(choose({kind: 'led', names: ['r', 'g', 'b']})).toEqual({
    kind: 'leds',
    leds: {red: 'r', green: 'g', blue: 'b'},
  });
});

test('a line is found on the header, and one that something else uses is named', () => {
  const choice = {kind: 'gpio', lines: ['GPIO18', 'GPIO10', 'GPIO4'], active: 'low'} as const;
  expect(choose(choice)).toEqual({
    kind: 'lines',
    pins: [
      {line: 'GPIO18', header: 12, active: 'low'},
      {line: 'GPIO10', header: 19, active: 'low'},
      {line: 'GPIO4', header: 7, active: 'low'},
    ],
  });
  expect(checkBoard(withLight(pi, choice))).toEqual([]);
  expect(checkBoard(withLight(pi, {kind: 'gpio', lines: ['GPIO17'], active: 'high'}))).toContain(
    'GPIO17 is used by button-1 and the light',
  );
});

test('a board without a place for it says so', () => {
  const pc = boards.get('pc')!;
  expect(() => choose({kind: 'ring', count: 8}, pc)).toThrow(
    'the board pc has no place for a ring of lights',
  );
  expect(() => choose({kind: 'gpio', lines: ['GPIO1'], active: 'high'})).toThrow(
    'the header of the board raspberry-pi-4 has no GPIO1 for the light',
  );
});

test('a simulated board shows as many lights as there are', () => {
  const simulated = boards.get('simulated')!;
  expect(choose({kind: 'ring', count: 8}, simulated)).toEqual({kind: 'simulated', count: 8});
  expect(choose({kind: 'gpio', lines: ['GPIO5'], active: 'high'}, simulated)).toEqual({
    kind: 'simulated',
    count: 1,
  });
});
