import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {SimulatedBoard} from '../../hal/simulated/simulated-board.ts';
import {withUsedLines} from '../../hal/used-lines.ts';
import {FakeClock} from '../support/fake-clock.ts';

const used = {
  inputs: new Set(['button-1', 'input-2']),
  outputs: new Set(['relay-1', 'relay-2']),
  inverted: new Set(['relay-2']),
};

test('of a board with hardware only the lines that are used are taken', () => {
  const board = withUsedLines(boards.get('raspberry-pi-4')!, used);
  expect(board.inputs.map(({name}) => name)).toEqual(['button-1', 'input-2']);
  expect(board.outputs).toMatchObject([
    {name: 'relay-1', inverted: false},
    {name: 'relay-2', inverted: true},
  ]);
});

test('a simulated board keeps all its lines; an inverted one stays inactive, under current, whatever happens', () => {
  const definition = boards.get('simulated')!;
  const board = new SimulatedBoard(withUsedLines(definition, used), new FakeClock());
  expect(board.inputs.size).toBe(definition.inputs.length);
  const relay = board.outputs.get('relay-2')!;
  expect([relay.active, relay.inverted]).toEqual([false, true]);
  board.close();
  relay.set(true);
  expect(relay.active).toBe(false);
});
