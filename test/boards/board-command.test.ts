import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {boardCalled, boards} from '../../boards/index.ts';
import {board} from '../../firmware/commands/board.ts';
import {headerDrawing, wiringTable} from '../../firmware/commands/wiring.ts';
import {compareBoard} from '../../firmware/system.ts';
import {readMachine} from '../../hal/linux/device-tree.ts';

const row = {line: 'button-1', header: 3, kernel: 'GPIO17', active: 'low', use: '', holder: ''};

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-board-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  return folder;
}

/** What the command prints, and its exit code. */
async function run(asked: {name?: string; config?: string}) {
  let output = '';
  const keep = (text: unknown) => {
    output += text;
    return true;
  };
  const out = vi.spyOn(console, 'log').mockImplementation(keep);
  const error = vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  onTestFinished(() => {
    out.mockRestore();
    error.mockRestore();
  });
  return {status: await board(asked), output};
}

test('columns in which nothing stands are left out', () => {
  expect(wiringTable([row, {...row, line: 'relay-1', header: 12, active: 'high'}])).toBe(
    [
      'line      pin  kernel line  active',
      'button-1  3    GPIO17       low',
      'relay-1   12   GPIO17       high',
    ].join('\n'),
  );
});

test('the header with what is used in brackets, also with a last row of one pin', () => {
  expect(headerDrawing(['3V3', '5V', 'GPIO17'], [{...row, use: 'button bell'}])).toBe(
    ['                          3V3    1    2   5V', 'button-1, button bell  GPIO17  [ 3]'].join('\n'),
  );
});

test("a configuration's board with what is bound to which pin", async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'door.yaml');
  const doors = 'doors: [{name: front, output: relay-1, inverted: true, contact: input-2}]';
  writeFileSync(
    config,
    `board: raspberry-pi-4\nbuttons: [{name: bell, input: button-1, call: [a.example]}]\n${doors}\n`,
  );
  writeFileSync(config, `light: {device: "gpio:GPIO18"}\nreset: input-3\n`, {flag: 'a'});
  const reader = '{name: gate, port: /dev/ttyS1, kind: rdm6300, doors: [front], codes: [0012345678]}';
  writeFileSync(config, `readers: [${reader}]\n`, {flag: 'a'});
  const {status, output} = await run({config});
  expect(status).toBe(0);
  expect(output).toMatch(/^button-1 +11 +GPIO17 +low +button bell$/m);
  expect(output).toMatch(/^light +12 +GPIO18 +high +LED$/m);
  expect(output).toMatch(/^relay-1 +16 +GPIO23 +high +door front, inverted$/m);
  expect(output).toMatch(/button-1, button bell {2}GPIO17 {2}\[11\] \[12\] {2}GPIO18 {2}light, LED$/m);
  expect(output).toMatch(/15 {2}\[16\] {2}GPIO23 {2}relay-1, door front, inverted$/m);
  expect(output).toMatch(/^input-3 +33 +GPIO13 +low +reset contact$/m);
  expect(output).toMatch(/ \[10\] {2}GPIO15 RXD {2}serial, reader gate$/m);
  expect(output).toMatch(/input-2, contact of front {2}GPIO6 {2}\[31\] {2}32 /m);
});

test('every board can be shown', async () => {
  for (const name of boards.keys()) expect(await run({name})).toMatchObject({status: 0});
});

test('a board that does not exist', async () => {
  const {status, output} = await run({name: 'raspberry-pi-9'});
  expect(status).toBe(2);
  expect(output).toContain(
    'There is no board "raspberry-pi-9". The boards are: simulated, pc, raspberry-pi-3',
  );
});

test('a configuration for another board is warned of, and one for no board in particular is not', () => {
  const warnings: string[] = [];
  const log = {warn: (text: string) => void warnings.push(text)};
  const machine = {model: 'Raspberry Pi 4 Model B', compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711']};
  for (const name of ['raspberry-pi-4', 'pc', 'simulated']) compareBoard(boards.get(name)!, log, machine);
  compareBoard(boards.get('le-potato')!, log, undefined);
  expect(warnings).toEqual([]);
  compareBoard(boards.get('raspberry-pi-3')!, log, machine);
  expect(warnings).toEqual([
    'The configuration is for the board raspberry-pi-3 (Raspberry Pi 3), but this machine is a Raspberry Pi 4 Model B',
  ]);
});

test('a machine is known by its device tree', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'model'), 'Raspberry Pi 4 Model B Rev 1.4\0');
  writeFileSync(join(folder, 'compatible'), 'raspberrypi,4-model-b\0brcm,bcm2711\0');
  const machine = readMachine(folder)!;
  expect(machine).toEqual({
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711'],
  });
  expect(boardCalled(machine.compatible)?.name).toBe('raspberry-pi-4');
  expect(readMachine(join(folder, 'none'))).toBeUndefined();
  expect(boardCalled(['acme,toaster'])).toBeUndefined();
});
