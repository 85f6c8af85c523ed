import {expect, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

const gate = '{name: gate-relay, port: /dev/ttyUSB0, unit: 17, coil: 1}';

/** The relays that come of these lines on a Raspberry Pi 4, or what is wrong with them. */
function load(lines: string) {
  const result = parseConfig(`board: raspberry-pi-4\n${lines}`, 'door.yaml', boards, () => ({reason: ''}));
  return result.ok ? result.value.relays : result.error.map(formatProblem);
}

test('a relay on RS-485 is an output for a door', () => {
  expect(load(`relays: [${gate}]\ndoors: [{name: gate, output: gate-relay}]\n`)).toEqual([
    {name: 'gate-relay', port: '/dev/ttyUSB0', unit: 17, coil: 1},
  ]);
  expect(load('doors: [{name: gate, output: relay-1}]\n')).toEqual([]);
});

test.each([
  [
    'name: Gate, port: /dev/ttyUSB0, unit: 1, coil: 0',
    '2:17: relays.0.name: must be a name of small letters',
  ],
  [
    'name: a, port: ttyUSB0, unit: 1, coil: 0',
    '2:26: relays.0.port: must be the device file of a serial port',
  ],
  ['name: a, port: /dev/input/event0, unit: 1, coil: 0', '2:26: relays.0.port: must be the device file'],
  [
    'name: a, port: /dev/ttyUSB0, unit: 248, coil: 0',
    '2:46: relays.0.unit: must be the address of the relay board, from 1 to 247',
  ],
  [
    'name: a, port: /dev/ttyUSB0, unit: 1, coil: -1',
    '2:55: relays.0.coil: must be the number of the relay, from 0 to 65535',
  ],
  ['name: a, port: /dev/ttyUSB0, unit: 1', '2:10: relays.0.coil: is missing'],
  ['name: a, port: /dev/ttyUSB0, unit: 1, coil: 0, baud: 9600', '2:58: relays.0.baud: unknown key'],
  [
    'name: relay-1, port: /dev/ttyUSB0, unit: 1, coil: 0',
    '2:17: relays.0.name: is the name of an output that the board has itself',
  ],
])('%s', (keys, problem) => {
  expect(load(`relays: [{${keys}}]\n`)).toEqual([expect.stringContaining(problem)]);
});

test('two of one name, or one relay twice', () => {
  const same = gate.replace('gate-relay', 'yard-relay');
  expect(load(`relays:\n  - ${gate}\n  - ${gate.replace('coil: 1', 'coil: 2')}\n`)).toEqual([
    'door.yaml:4:12: relays.1.name: is the same name as relays.0.name; each needs one of its own',
  ]);
  expect(load(`relays:\n  - ${gate}\n  - ${same}\n`)).toEqual([
    'door.yaml:4:60: relays.1.coil: is the same relay as relays.0.coil',
  ]);
  expect(load(`relays:\n  - ${gate}\n  - ${same.replace('unit: 17', 'unit: 18')}\n`)).toHaveLength(2);
});

test('a port is for relays or for one reader', () => {
  const reader = '{name: gate, port: /dev/ttyUSB0, kind: keypad}';
  expect(load(`readers: [${reader}]\nrelays: [${gate}]\n`)).toEqual([
    'door.yaml:3:35: relays.0.port: is the same port as readers.0.port',
  ]);
});

test("relays at the header's serial port need its pins", () => {
  const board =
    'relays: [{name: gate, port: /dev/ttyS1, unit: 1, coil: 0}]\nlight: {device: "gpio:GPIO14"}\n';
  expect(load(board)).toEqual([
    'door.yaml:3:17: light.device: the light needs pin 8 of the header, and so does the serial port /dev/ttyS1 (relays.0.port)',
  ]);
});

test('a door names a relay that is there', () => {
  expect(load(`relays: [${gate}]\ndoors: [{name: gate, output: gate-rely}]\n`)).toEqual([
    expect.stringContaining('has no such output; did you mean gate-relay? Allowed: relay-1'),
  ]);
});
