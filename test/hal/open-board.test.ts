import {expect, test} from 'vitest';
import {board as simulated} from '../../boards/simulated.ts';
import type {BoardDefinition, ModbusRelay} from '../../hal/board-definition.ts';
import {checkBoard} from '../../hal/check-board.ts';
import {openBoard} from '../../hal/open-board.ts';
import {FakeClock} from '../support/fake-clock.ts';

const relay: ModbusRelay = {port: '/dev/serial/by-id/usb-none-there', unit: 1, coil: 0};

/** The simulated board with outputs elsewhere. */
function withRelays(...relays: ModbusRelay[]): BoardDefinition {
  const outputs = relays.map((modbus, index) => ({name: `gate-${index + 1}`, pin: undefined, modbus}));
  return {...simulated, outputs: [...simulated.outputs, ...outputs]};
}

test('relays on RS-485 are outputs beside those of the board itself', (context) => {
  const board = openBoard(withRelays(relay), {clock: new FakeClock()});
  context.onTestFinished(() => board.close());
  expect([...board.outputs.keys()]).toEqual([...simulated.outputs.map(({name}) => name), 'gate-1']);
  board.outputs.get('relay-1')!.set(true);
  expect(board.outputs.get('relay-1')!.active).toBe(true);
  expect(() => board.outputs.get('gate-1')!.set(true)).toThrow('the relay gate-1 gives no answer');
  board.close();
  expect(board.outputs.get('relay-1')!.active).toBe(false);
});

test('a relay that is described wrongly is told with its place', () => {
  const index = simulated.outputs.length;
  expect(checkBoard(withRelays({...relay, unit: 0}))).toEqual([
    `outputs.${index}.modbus.unit: must be the address of a unit, 1 to 247`,
  ]);
  expect(checkBoard(withRelays({...relay, port: 'ttyUSB0'}))).toEqual([
    `outputs.${index}.modbus.port: must be a device file in /dev`,
  ]);
  expect(checkBoard(withRelays(relay, relay))).toEqual([
    'coil 0 of unit 1 at /dev/serial/by-id/usb-none-there is used by gate-1 and gate-2',
  ]);
});

test('an output is a pin or a relay elsewhere, not both', () => {
  const pin = {line: 'GPIO17', header: 11, active: 'high'} as const;
  const outputs = [{name: 'gate', pin, modbus: relay}];
  expect(checkBoard({...simulated, outputs})).toEqual([
    'gate has a pin and is reached by Modbus: only one can be',
  ]);
  expect(
    checkBoard({...simulated, driver: 'gpio', inputs: [], outputs: [{name: 'gate', pin: undefined}]}),
  ).toContain('gate has no pin');
});
