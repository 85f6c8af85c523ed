import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

const boards = new Map([['simulated', {inputs: [], outputs: [{name: 'relay-1'}]}]]);

/** The readers that come of these lines, or what is wrong with them. */
function load(readers: string, secrets?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-readers-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const start = 'board: simulated\ndoors: [{name: front, output: relay-1}]\nreaders:\n';
  writeFileSync(join(folder, 'config.yaml'), start + readers);
  if (secrets !== undefined) writeFileSync(join(folder, 'secrets.yaml'), secrets);
  const result = loadConfig(join(folder, 'config.yaml'), boards);
  return result.ok
    ? result.value.readers
    : result.error.map(formatProblem).map((line) => line.replace(`${folder}/`, ''));
}

test('readers with codes from the secrets and cards as they are printed', () => {
  const readers = load(
    `  - name: gate
    port: /dev/serial/by-id/usb-1a86_USB_Serial-if00-port0
    kind: wiegand
    doors: [front]
    codes: [!secret postman, 0012345678, "188,24910", "8,491"]
  - {name: hall, port: 'evdev:HXGCoLtd Keyboard', kind: keyboard}
`,
    'postman: 0815\n',
  );
  expect(readers).toMatchObject([
    {name: 'gate', doors: ['front'], codes: ['0815', '0012345678', '18824910', '00800491']},
    {name: 'hall', port: 'evdev:HXGCoLtd Keyboard', doors: [], codes: []},
  ]);
});

test.each([
  ['port: ttyAMA0, kind: keypad', ['config.yaml:4:21: readers.0.port: must be the device file of a port']],
  ['port: /dev/ttyAMA0, kind: rfid', ['config.yaml:4:41: readers.0.kind: must be one of rdm6300, wiegand']],
  ['port: /dev/ttyAMA0, kind: keyboard', ['config.yaml:4:21: readers.0.port: must be like /dev/input']],
  [
    'port: "evdev:Pad", kind: keypad',
    ['config.yaml:4:21: readers.0.port: is a keyboard: its kind must be keyboard'],
  ],
  [
    'port: /dev/ttyAMA0, kind: keypad, doors: [frnt], codes: ["1234"]',
    ['config.yaml:4:57: readers.0.doors.0: is no door of this station; doors are: front'],
  ],
  [
    'port: /dev/ttyAMA0, kind: keypad, codes: ["1234"]',
    ['config.yaml:4:56: readers.0.codes: open no door: name it in doors'],
  ],
  [
    'port: /dev/ttyAMA0, kind: keypad, doors: [front]',
    ['config.yaml:4:56: readers.0.doors: are opened by no code: list some in codes'],
  ],
  ['port: /dev/ttyAMA0, kind: keypad, colour: red', ['config.yaml:4:49: readers.0.colour: unknown key']],
])('wrong: %s', (reader, expected) => {
  const problems = load(`  - {name: a, ${reader}}\n`) as string[];
  expect(problems).toEqual(expected.map((start) => expect.stringContaining(start)));
});

test('two readers need two names and two ports', () => {
  const reader = '  - {name: a, port: /dev/ttyAMA0, kind: keypad}\n';
  expect(load(reader + reader)).toEqual([
    expect.stringContaining('readers.1.name: is the same name as readers.0.name'),
    expect.stringContaining('readers.1.port: is the same port as readers.0.port'),
  ]);
});

test('no problem tells a code, not even a wrong one', () => {
  const reader = (codes: string) =>
    load(
      `  - {name: a, port: /dev/ttyAMA0, kind: keypad, codes: ${codes}}\n`,
      'short: "817"\nlong: hunter22',
    );
  const problems = reader('[!secret short, !secret long, 829x, "817,12345678"]');
  expect(problems).toHaveLength(5);
  expect(String(problems)).not.toMatch(/817|hunter|829/);
  expect(String(problems)).toContain('readers.0.codes.0: must be 4 to 16 digits');
});
