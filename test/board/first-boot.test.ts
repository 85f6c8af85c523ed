import {closeSync, openSync, readFileSync, readSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {hashPassword} from '../../firmware/access/password-hash.ts';
import type {BlockMap} from '../../tools/image/block-map.ts';
import {MiB, partitions} from '../../tools/image/layout.ts';
import {must} from '../../tools/setup/foreign-packages.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {pingSip} from '../support/peers/sip-ping.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {boardOf, boardPeers, image, stationReady} from './support/board.ts';
import {askNetwork} from './support/multicast-dns.ts';
import {BOARD, BOARD_MAC} from './support/network.ts';

const tool = fileURLToPath(new URL('../../tools/flash.ts', import.meta.url));
const CARD_SIZE = 1280 * MiB;
/** What an old card may be full of. */
const OLD = 0xaa;
const PASSWORD = 'correct horse battery';
const TARGET = 'sip:kitchen@192.0.2.9';

test('a card that was flashed with settings boots, takes them over, wipes them, and is found by its name', async (context) => {
  requirePeers(context, ...boardPeers, 'losetup', 'ssh');
  const run = startRun(context);
  const key = join(run.folder, 'key');
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const hash = await hashPassword(PASSWORD);
  const settings = `name: Garden gate
board: simulated
call: [${TARGET}]
password_hash: ${hash}
ssh_key: ${readFileSync(`${key}.pub`, 'utf8')}`;
  const card = await flashCard(run, settings);
  const machine = await boardOf(run, {image: card, cardSize: CARD_SIZE / MiB});
  await machine.start();
  await machine.waitUntil('it answers SIP', () => pingSip(5060, {address: BOARD, timeout: 2000}));
  await stationReady(machine);

  const signIn = (password: string) =>
    fetch(`http://${BOARD}/api/session`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({password}),
    });
  expect((await signIn('another password')).status).toBe(401);
  const session = await signIn(PASSWORD);
  expect(session.status).toBe(200);
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
  const status = await fetch(`http://${BOARD}/api/status`, {headers: {cookie}});
  expect(await status.json()).toMatchObject({name: 'Garden gate', buttons: [{call: [TARGET]}]});

  const id = BOARD_MAC.replaceAll(':', '').slice(-6);
  const host = `doorline-${id}`;
  expect(await askNetwork(`${host}.local`, 'A')).toBe(BOARD);
  expect(await askNetwork('_http._tcp.local', 'PTR')).toBe(`${host}._http._tcp.local`);
  expect(await askNetwork(`${host}._http._tcp.local`, 'SRV')).toBe(`${host}.local:80`);
  expect(await askNetwork(`${host}._sip._udp.local`, 'SRV')).toBe(`${host}.local:5060`);

  // On a board with a password, keys alone open SSH.
  const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${run.folder}/hosts`, 'BatchMode=yes'];
  const ssh = ['ssh', ...options.flatMap((option) => ['-o', option])];
  expect(await must([...ssh, '-i', key, `root@${BOARD}`, 'cat /proc/sys/kernel/hostname'])).toContain(host);
  const stranger = join(run.folder, 'stranger');
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
  await expect(must([...ssh, '-i', stranger, `root@${BOARD}`, 'true'])).rejects.toThrow('Permission denied');

  expect((await machine.inside('ls /boot')).output).not.toContain('doorline-setup');
  expect((await machine.inside('stat -c %U:%a /data/doorline/doorline.yaml')).output).toMatch(/^doorline:6/);
  await machine.inside('sync');
  await machine.cutPower();
  // Nothing of the secret is left on the boot partition, not even where no file is.
  const boot = readRange(card, partitions.boot.start, partitions.boot.size);
  expect(boot.includes('doorline-setup')).toBe(false);
  for (const part of ['Garden gate', hash.split('$').at(-1)!]) expect(boot.includes(part), part).toBe(false);
});

/** Writes the image to a loop device as `make flash` does, and compares what the map names. @returns the file behind it. */
async function flashCard(run: Run, settings: string): Promise<string> {
  const card = join(run.folder, 'card.img');
  const file = join(run.folder, 'settings.yaml');
  writeFileSync(file, settings);
  await must(['sh', '-c', `tr '\\0' '\\252' < /dev/zero | head -c ${CARD_SIZE} > "$1"`, 'sh', card]);
  const device = (await must([peerProgram('losetup'), '--find', '--show', card])).trim();
  try {
    const said = await must([process.execPath, tool, image.compressed, device, '--settings', file, '--yes']);
    expect(said).toContain('is ready');
    const map = JSON.parse(readFileSync(`${image.disk}.map.json`, 'utf8')) as BlockMap;
    for (const {start, length} of map.ranges) {
      // The settings came into the boot partition afterwards.
      if (start >= partitions.boot.start && start < partitions.A.start) continue;
      const [written, meant] = [device, image.disk].map((path) => readRange(path, start, length));
      expect(written!.equals(meant!), `at ${start}`).toBe(true);
    }
    // Slot B keeps what the card had: nobody looks at it before an update has written it.
    expect(readRange(device, partitions.B.start, MiB).every((byte) => byte === OLD)).toBe(true);
  } finally {
    await must([peerProgram('losetup'), '--detach', device]);
  }
  return card;
}

function readRange(path: string, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, length, start);
  closeSync(file);
  return bytes;
}
