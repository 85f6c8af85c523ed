import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, type TestContext, test} from 'vitest';
import {debianSystemRoot} from '../../tools/setup/programs.ts';
import {BootedSystem} from '../support/booted-system.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';

const UNIT = 'doorline.service';
const unitFile = fileURLToPath(new URL('../../tools/service/doorline.service', import.meta.url));
const program = fileURLToPath(new URL('../../build/program', import.meta.url));

const configuration = `
name: Gate
board: simulated
data: /var/lib/doorline
sip: {listen: [udp:127.0.0.1:5060, tcp:127.0.0.1:443]}
audio: {microphone: silence, speaker: discard}
http: {listen: 127.0.0.1:80}
`;

/** A Debian under its own systemd, with the program in it. */
async function boot(context: TestContext): Promise<BootedSystem> {
  requirePeers(context, 'debian-13');
  const system = await BootedSystem.boot(startRun(context), [program, debianSystemRoot]);
  await system.must('systemd-sysusers');
  await system.must('mkdir', '--parents', '/etc/doorline');
  return system;
}

async function configure(system: BootedSystem, text = configuration): Promise<void> {
  await system.must('sh', '-c', `cat > /etc/doorline/doorline.yaml << 'END'\n${text}\nEND`);
  await system.must('chown', '-R', 'doorline:doorline', '/etc/doorline');
}

const mainProcess = (system: BootedSystem) => system.property(UNIT, 'MainPID');

/** Runs a shell script as the service's user, with its view of the files. */
async function asService(system: BootedSystem, script: string): Promise<string> {
  const user = ['--reuid=doorline', '--regid=doorline', '--init-groups', '--no-new-privs'];
  const command = ['nsenter', '--target', await mainProcess(system), '--mount', 'setpriv', ...user];
  return (await system.run(...command, 'sh', '-c', script)).output;
}

test('systemd judges the sandbox: an exposure of 2.0 at most', async (context) => {
  requirePeers(context, 'systemd-analyze');
  const words = ['security', '--offline=true', '--threshold=20', '--no-pager', unitFile];
  const {stdout} = await promisify(execFile)(peerProgram('systemd-analyze'), words);
  expect(stdout).toMatch(/Overall exposure level for doorline\.service: [012]\.\d/);
});

test('under systemd: ready, no root, two capabilities, ports below 1024, sound on a real-time schedule', async (context) => {
  const system = await boot(context);
  await configure(system);
  await system.must('systemctl', 'start', UNIT);
  expect(await system.property(UNIT, 'StatusText')).toBe('Gate is ready');
  const page = "fetch('http://127.0.0.1:80/api/status').then((answer) => answer.text()).then(console.log)";
  expect(await system.must('/usr/lib/doorline/node', '--eval', page)).toMatch(/"state": ?"idle"/);

  const pid = await mainProcess(system);
  const status = await system.must('cat', `/proc/${pid}/status`);
  const value = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim();
  const user = (await system.must('id', '--user', 'doorline')).trim();
  expect(Number(user)).toBeGreaterThan(0);
  expect(value('Uid')?.split('\t')).toEqual([user, user, user, user]);
  // CAP_NET_BIND_SERVICE is bit 10, CAP_SYS_NICE bit 23 (capability.h).
  const both = (2 ** 10 + 2 ** 23).toString(16).padStart(16, '0');
  for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(value(set)).toBe(both);
  expect([value('NoNewPrivs'), value('Seccomp')]).toEqual(['1', '2']);
  const names = ['audio', 'dialout', 'doorline', 'gpio', 'input', 'spi'];
  const groups = await system.must('getent', 'group', ...names);
  const numbers = Array.from(groups.matchAll(/:(\d+):/g), ([, number]) => number).sort();
  expect(value('Groups')?.split(' ').sort()).toEqual(numbers);
  const threads = await system.must('sh', '-c', `cat /proc/${pid}/task/*/stat`);
  // Field 41 of stat is the schedule: 1 is SCHED_FIFO (proc_pid_stat(5)).
  const realTime = threads.matchAll(/^\d+ \((.*)\) \S(?: \S+){37} 1 /gm);
  expect(Array.from(realTime, ([, name]) => name)).toEqual(['media']);

  await system.must('systemctl', 'stop', UNIT);
  expect(await system.property(UNIT, 'Result')).toBe('success');
  expect(await system.property(UNIT, 'ExecMainStatus')).toBe('0');
});

test('it writes its own folders and nothing else, and sees nobody at home', async (context) => {
  const system = await boot(context);
  await configure(system);
  await system.must('sh', '-c', 'mkdir /home/anna && echo hers > /home/anna/letter && chmod -R a+rX /home');
  await system.must('systemctl', 'start', UNIT);
  expect(await asService(system, 'cd /var/lib/doorline && touch new && rm new && echo done')).toBe('done\n');
  expect(await asService(system, 'cd /etc/doorline && touch new && mv new doorline.yaml && echo done')).toBe(
    'done\n',
  );
  for (const folder of ['/', '/etc', '/usr/lib/doorline', '/var/lib', '/run', '/sys/kernel']) {
    expect(await asService(system, `touch ${folder}/new`)).toMatch(/Read-only|denied/);
  }
  expect(await asService(system, 'cat /home/anna/letter')).toMatch(/denied|No such/);
  expect(await asService(system, 'cat /proc/1/cmdline')).toMatch(/denied|No such/);
});

test('a sound card or an adapter that comes when it runs is its to open: the drivers need not have been there', async (context) => {
  const system = await boot(context);
  await configure(system);
  await system.must('systemctl', 'start', UNIT);
  // Root in the service's control group: the list of devices holds for him too.
  const open = (major: number) =>
    `mknod /dev/${major} c ${major} 1 && echo $$ > /sys/fs/cgroup/system.slice/${UNIT}/cgroup.procs && exec head -c 1 /dev/${major}`;
  const outcome = async (major: number) => (await system.run('sh', '-c', open(major))).output;
  const MEMORY = 1;
  expect(await outcome(MEMORY)).toMatch(/not permitted/);
  const [alsa, spi, modem, serial] = [116, 153, 166, 188];
  // There is none here, which is another thing.
  for (const major of [alsa, spi, modem, serial]) expect(await outcome(major!)).not.toMatch(/not permitted/);
});

test('a backup that is restored counts at once: the service ends by itself and is started again', async (context) => {
  const system = await boot(context);
  await configure(system);
  await system.must('systemctl', 'start', UNIT);
  const before = await mainProcess(system);
  const restore = `
    const backup = (await (await fetch('http://127.0.0.1:80/api/backup')).text()).replace('name: Gate', 'name: Back door');
    const headers = {'Content-Type': 'application/json'};
    const body = JSON.stringify({backup});
    const answer = await fetch('http://127.0.0.1:80/api/backup', {method: 'POST', headers, body});
    console.log(await answer.text());`;
  const node = ['/usr/lib/doorline/node', '--input-type=module', '--eval'];
  expect(await system.must(...node, restore)).toBe('{"restarts":true}\n');
  await system.waitFor(/^Back door is ready$/m, [
    'systemctl',
    'show',
    '--property=StatusText',
    '--value',
    UNIT,
  ]);
  expect(await mainProcess(system)).not.toBe(before);
  expect(await system.property(UNIT, 'Result')).toBe('success');
  const owner = await system.must('stat', '--format=%U %a', '/etc/doorline/doorline.yaml');
  expect(owner).toBe('doorline 644\n');
  // The token of the new start.
  const update = await system.run(
    'doorline',
    'update',
    '--config',
    '/etc/doorline/doorline.yaml',
    'http://a/b',
  );
  expect([update.status, update.output]).toEqual([1, expect.stringMatching(/^This machine has no slots/)]);
});

test('a killed and a hanging program are started again, a wrong configuration is not', async (context) => {
  const system = await boot(context);
  await configure(system);
  const impatient = '/run/systemd/system/doorline.service.d';
  await system.must('mkdir', '--parents', impatient);
  await system.must('sh', '-c', `printf '[Service]\\nWatchdogSec=8\\n' > ${impatient}/watchdog.conf`);
  await system.must('systemctl', 'daemon-reload');
  await system.must('systemctl', 'start', UNIT);

  const state = ['systemctl', 'show', '--property=MainPID,NRestarts,SubState', UNIT];
  for (const signal of ['KILL', 'STOP']) {
    const before = await mainProcess(system);
    await system.must('systemctl', 'kill', '--kill-whom=main', `--signal=${signal}`, UNIT);
    const another = new RegExp(`MainPID=(?!${before}\\n)[1-9]\\d*\\nNRestarts=[1-9]\\d*\\nSubState=running`);
    await system.waitFor(another, state);
  }
  expect(await system.must('journalctl', '--unit', UNIT)).toMatch(/Watchdog timeout/);

  await configure(system, 'nam: Gate');
  expect((await system.run('systemctl', 'restart', UNIT)).status).not.toBe(0);
  expect(await system.must(...state)).toBe('MainPID=0\nNRestarts=0\nSubState=failed\n');
  expect(await system.must('journalctl', '--unit', UNIT)).toMatch(/doorline\.yaml:1:1: .*nam/);
});
