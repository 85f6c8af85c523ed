import {expect, test} from 'vitest';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {pingSip} from '../support/peers/sip-ping.ts';
import {makeSpeech} from '../support/speech.ts';
import {makeBoard, stationReady} from './support/board.ts';
import {stationThat} from './support/configuration.ts';
import {askNetwork} from './support/multicast-dns.ts';
import {BOARD, HOST} from './support/network.ts';

const MiB = 1024 * 1024;
const CARD_SIZE = 3072;
/** Where the data partition begins; all behind it is its. */
const DATA_START = 1088;
/** Another than the usual one: the network has to be told which. */
const PORT = 5070;

test('the image boots through its own script, calls a phone and is called by it, and is as it should be', async (context) => {
  requirePeers(context, 'baresip');
  const {run, machine} = await makeBoard(context, {cardSize: CARD_SIZE});
  const phone = await Baresip.start(run, {user: 'kitchen', says: makeSpeech(6, 31), address: HOST});
  await machine.writeToData(
    'doorline/doorline.yaml',
    stationThat(
      `buttons: [{name: bell, input: button-1, call: ["${phone.uri}"]}]\nanswer: {from: [${HOST}]}\n`,
    ).replace('5060', `${PORT}`),
  );
  const start = performance.now();
  await machine.start();
  await machine.waitForConsole(/Starting kernel/);
  const kernelStart = performance.now();
  await machine.waitUntil('it answers SIP', () => pingSip(PORT, {address: BOARD, timeout: 2000}));
  const answered = performance.now();
  await stationReady(machine);
  const inside = async (command: string) => (await machine.inside(command)).output;

  await phone.dial(`sip:door@${BOARD}:${PORT}`);
  await phone.waitFor('CALL_ESTABLISHED', {timeout: 120_000});
  await phone.hangUp();
  await phone.waitFor('CALL_CLOSED', {timeout: 60_000});

  // Debian's kernel 6.12 has no simulated GPIO chip: the line of a simulated board is moved instead, by the API.
  const press = await machine.api('POST', '/api/buttons/bell/press');
  expect(press.status, press.body).toBeLessThan(300);
  await phone.waitFor('CALL_INCOMING', {timeout: 120_000});
  await phone.hangUp();

  expect(await inside('touch /usr/x')).toContain('Read-only');
  const partition = Number(await inside('lsblk -bno SIZE /dev/disk/by-partuuid/d00b1e11-04'));
  expect(partition).toBe((CARD_SIZE - DATA_START) * MiB);
  expect(Number(await inside('df --output=size -B1 /data | tail -1'))).toBeGreaterThan(0.9 * partition);
  const host = await inside('cat /proc/sys/kernel/hostname');
  expect(host).toMatch(/^doorline-[0-9a-f]{6}$/);
  expect(await askNetwork(`${host}._sip._udp.local`, 'SRV')).toBe(`${host}.local:${PORT}`);
  // The page is for this machine alone here.
  expect(await inside('ls /run/systemd/dnssd')).toBe('doorline-udp.dnssd');
  // The slot that runs counts as good, and the other has nothing yet.
  expect(await inside('fw_printenv | sort')).toBe('BOOT_A_LEFT=9\nBOOT_B_LEFT=0\nBOOT_ORDER=A B');
  // On a card that gives neither copy of the variables it counts as good too.
  expect(
    await inside(
      'cd /run; truncate -s 8K nothing; printf "/run/nothing %s 0x1000\\n" 0 0x1000 > nothing.config; fw_printenv -c nothing.config 2>&- | sort',
    ),
  ).toBe('BOOT_A_LEFT=9\nBOOT_B_LEFT=9\nBOOT_ORDER=A B');
  // Nothing listens but the station, and SSH is off.
  expect(await inside('systemctl is-active doorline-ssh')).toBe('inactive');
  // Licences: of every package of Debian and of npm (those of @koromix are parts of koffi, and have its licence), of Node.js, and
  // of what the echo canceller is built from.
  expect(
    await inside(
      'while IFS== read -r name version; do test -s /usr/share/doc/$name/copyright || echo $name; done < /usr/share/doorline/packages',
    ),
  ).toBe('');
  expect(
    await inside(
      'cd /usr/lib/doorline/node_modules; for one in [!@.]* @serialport/*; do grep -q "^$one [0-9]" ../licences.txt || echo $one; done; cd /; ' +
        'ls -1 /usr/lib/doorline/*LICENSE /usr/share/doc/doorline/copyright /usr/share/common-licenses/GPL-3',
    ),
  ).toBe(
    [
      '/usr/lib/doorline/node.LICENSE',
      '/usr/lib/doorline/speexdsp.LICENSE',
      '/usr/share/common-licenses/GPL-3',
      '/usr/share/doc/doorline/copyright',
    ].join('\n'),
  );
  expect(await inside('systemctl --failed --plain --no-legend --no-pager')).toBe('');
  expect(await inside('cat /proc/sys/kernel/panic_on_oops /proc/sys/kernel/panic')).toBe('1\n10');
  const listening = await inside(
    "sed -n 's/^ *[0-9]*: [0-9A-F]*:\\([0-9A-F]*\\) [0-9A-F:]* 0A .*/\\1/p' /proc/net/tcp /proc/net/tcp6",
  );
  expect(listening.split('\n').map((port) => Number.parseInt(port, 16))).toEqual([8080]);

  const [kernel] = (await inside('systemctl show -P UserspaceTimestampMonotonic')).split('\n');
  const [toKernel, toAnswer] = [kernelStart - start, answered - kernelStart].map((ms) =>
    (ms / 1000).toFixed(0),
  );
  console.log(
    `U-Boot took ${toKernel} s, from the kernel's start to the first SIP answer it took ${toAnswer} s, ` +
      `${((answered - kernelStart) / (Number(kernel) / 1000)).toFixed(1)} times what the kernel took`,
  );
  const [total, available] = (
    await inside("sed -n 's/^Mem[TA][a-z]*: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")
  ).split('\n');
  const station = await inside(
    "sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$(systemctl show -P MainPID doorline)/status",
  );
  const mebibytes = (kibibytes: number) => `${(kibibytes / 1024).toFixed(0)} MiB`;
  console.log(
    `Memory in use: ${mebibytes(Number(total) - Number(available))}, of it the station: ${mebibytes(Number(station))}`,
  );
});
