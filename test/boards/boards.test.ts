import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import type {BoardDefinition} from '../../hal/board-definition.ts';
import {checkBoard} from '../../hal/check-board.ts';
import {openBoard} from '../../hal/open-board.ts';
import {FakeClock} from '../support/fake-clock.ts';

const board = (changes: Partial<BoardDefinition>): BoardDefinition => ({
  ...boards.get('raspberry-pi-4')!,
  ...changes,
});

for (const [name, definition] of boards) {
  test(`${name} is without contradictions`, () => {
    expect(checkBoard(definition)).toEqual([]);
  });

  test(`${name} gives each line a place where it has hardware`, () => {
    for (const {pin} of [...definition.inputs, ...definition.outputs]) {
      if (definition.driver === 'simulated') expect(pin).toBeUndefined();
      else expect(pin).toBeDefined();
    }
  });

  test(`${name} debounces, and never longer than a finger presses`, () => {
    for (const {debounceMs} of definition.inputs) {
      expect(debounceMs).toBeGreaterThanOrEqual(5);
      expect(debounceMs).toBeLessThanOrEqual(50);
    }
  });
}

test('two uses of a header pin are named', () => {
  const [input] = boards.get('raspberry-pi-4')!.inputs;
  const onLight = {...input!, name: 'button-3', pin: {...input!.pin!, line: 'GPIO10', header: 19}};
  expect(checkBoard(board({inputs: [onLight]}))).toEqual(['header pin 19 is used by button-3 and the light']);
});

test('two lines of one name, or on one GPIO line, are named', () => {
  const [input] = boards.get('raspberry-pi-4')!.inputs;
  const other = {...input!, pin: {...input!.pin!, header: 7}};
  expect(checkBoard(board({inputs: [input!, other], outputs: []}))).toEqual([
    'two lines are called button-1',
    'GPIO17 is used by button-1 and button-1',
    'button-1 is on pin 7, which is GPIO4, not GPIO17',
  ]);
});

test('a contradictory board does not open', () => {
  const [output] = boards.get('simulated')!.outputs;
  const definition = board({driver: 'simulated', outputs: [output!, output!]});
  expect(() => openBoard(definition, {clock: new FakeClock()})).toThrow(/two lines are called relay-1/);
});

test('a PC opens without lines and without light', () => {
  const pc = openBoard(boards.get('pc')!, {clock: new FakeClock()});
  expect(pc.inputs.size + pc.outputs.size).toBe(0);
  expect(pc.light).toBeUndefined();
  expect(pc.press).toBeUndefined();
  pc.close();
});

test('a board opens without its light, and says why', () => {
  const warnings: string[] = [];
  const light = {kind: 'ws2812', count: 16, device: '/dev/spidev99.0', header: 19} as const;
  const pc = {...boards.get('pc')!, light};
  const opened = openBoard(pc, {clock: new FakeClock(), warn: (text) => warnings.push(text)});
  expect(opened.light).toBeUndefined();
  opened.close();
  expect(warnings).toEqual([
    'The light stays dark: there is no /dev/spidev99.0: SPI has to be switched on (on a Raspberry Pi: dtparam=spi=on in config.txt)',
  ]);
});

test('a pin that the light shares is named', () => {
  const [output] = boards.get('raspberry-pi-4')!.outputs;
  const light = {kind: 'lines', pins: [output!.pin!]} as const;
  expect(checkBoard(board({light}))).toEqual([
    'header pin 16 is used by relay-1 and the light',
    'GPIO23 is used by relay-1 and the light',
  ]);
});
