import {readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, test} from 'vitest';
import {partitions} from '../../tools/image/layout.ts';
import {must} from '../../tools/setup/foreign-packages.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {pingSip} from '../support/peers/sip-ping.ts';
import {makeSpeech} from '../support/speech.ts';
import {imageOf, makeBoard, stationReady} from './support/board.ts';
import type {BoardMachine} from './support/board-machine.ts';
import {openStationThat} from './support/configuration.ts';
import {BOARD, HOST} from './support/network.ts';
import {installUpdate, slotOf, slotVariables} from './support/slots.ts';
import {allowApi, eventAfter, lastEntry} from './support/station-api.ts';
import {serveUpdates} from './support/update-server.ts';

/** QEMU has no Raspberry Pi 5: its image, with its kernel, root and RAUC, in QEMU's own machine. */
const bootCommands = new URL('../../tools/image/boot/boot.cmd', import.meta.url);
const SIMULATED = '/sys/kernel/config/gpio-sim/rp1';

test('the image for a Raspberry Pi 5 boots, rings a phone by a button on its own lines, and is updated', async (context) => {
  requirePeers(context, 'baresip');
  const {disk, uBoot, bundle} = imageOf(context, 'raspberry-pi-5');
  const {run, machine} = await makeBoard(context, {image: disk, uBoot});
  const phone = await Baresip.start(run, {user: 'kitchen', says: makeSpeech(6, 31), address: HOST});
  const url = await serveUpdates(run);
  const settings = `buttons: [{name: bell, input: button-1, call: ["${phone.uri}"]}]\nanswer: {from: [${HOST}]}\n`;
  await machine.writeToData('doorline/doorline.yaml', openStationThat(settings, 'raspberry-pi-5'));
  await allowApi(machine);
  await machine.start();
  let lines = await simulateChip(machine);
  await stationReady(machine);
  await machine.waitUntil('it answers SIP', () => pingSip(5060, {address: BOARD, timeout: 2000}));
  const inside = async (command: string) => (await machine.inside(command)).output;
  const [, major] = /^(\d+)\./.exec(await inside('uname -r')) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(7);

  await phone.dial(`sip:door@${BOARD}`);
  await phone.waitFor('CALL_ESTABLISHED', {timeout: 120_000});
  await phone.hangUp();
  await phone.waitFor('CALL_CLOSED', {timeout: 60_000});

  await machine.inside(
    `echo pull-down > ${lines}/sim_gpio17/pull; sleep 1; echo pull-up > ${lines}/sim_gpio17/pull`,
  );
  await phone.waitFor('CALL_INCOMING', {timeout: 120_000});
  await phone.hangUp();

  await must(['cp', '--reflink=auto', bundle, run.folder]);
  const seq = await lastEntry();
  machine.forget();
  expect(await installUpdate(machine, url(basename(bundle)))).toMatchObject({state: 'installed'});
  await machine.waitForConsole(/Slot B is on trial[\s\S]*Starting slot B[\s\S]*Starting kernel/);
  lines = await simulateChip(machine);
  await stationReady(machine);
  expect(await eventAfter(machine, seq, 'update-good')).toMatchObject({slot: 'B'});
  expect(await slotOf(machine)).toBe('B');
  expect(await slotVariables(machine)).toMatchObject({BOOT_ORDER: 'B A', BOOT_B_LEFT: '9', BOOT_A_LEFT: '9'});
  expect(await inside('systemctl --failed --plain --no-legend --no-pager')).toBe('');
});

test.for([
  ['0xC04170', 'bcm2712-rpi-5-b'],
  ['0xB04171', 'bcm2712-d-rpi-5-b'],
] as const)('the board of revision %s gets its own device tree', async ([revision, tree], context) => {
  const {disk, uBoot} = imageOf(context, 'raspberry-pi-5');
  const {run, machine} = await makeBoard(context, {image: disk, uBoot});
  // What U-Boot says of itself on such a board, here it is told.
  const told = `setenv fdtfile broadcom/bcm2712-rpi-5-b.dtb\nsetenv board_revision ${revision}\n`;
  const [source, script] = ['boot.cmd', 'boot.scr'].map((name) => join(run.folder, name));
  writeFileSync(source!, told + readFileSync(bootCommands, 'utf8'));
  await must(['mkimage', '-A', 'arm64', '-T', 'script', '-C', 'none', '-d', source!, script!]);
  await must(['mcopy', '-o', '-i', `${machine.card}@@${partitions.boot.start}`, script!, '::boot.scr']);
  await machine.start();
  const [, chosen] = await machine.waitForConsole(/Device tree (\S+)[\s\S]*Starting kernel/);
  await machine.cutPower();
  expect(chosen).toBe(tree);
});

/**
 * The kernel simulates the lines of the I/O chip, as its driver has them: 54 without names. The station starts when it finds
 * them. @returns the folder with the electrical side of each line.
 */
async function simulateChip(machine: BoardMachine): Promise<string> {
  await machine.waitForConsole(/root@\S+:\/# /);
  const steps = [
    'modprobe gpio-sim',
    'while ! mountpoint -q /sys/kernel/config; do sleep 1; done',
    `mkdir -p ${SIMULATED}/bank`,
    `echo 54 > ${SIMULATED}/bank/num_lines`,
    `echo pinctrl-rp1 > ${SIMULATED}/bank/label`,
    `echo 1 > ${SIMULATED}/live`,
    `echo /sys/devices/platform/$(cat ${SIMULATED}/dev_name)/$(cat ${SIMULATED}/bank/chip_name)`,
  ];
  const {status, output} = await machine.inside(steps.join(' && '));
  expect(status, output).toBe(0);
  const folder = output.split('\n').at(-1)!;
  await machine.inside(`for line in ${folder}/sim_gpio*; do echo pull-up > $line/pull; done`);
  return folder;
}
