import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {debianSystemRoot} from '../../tools/setup/programs.ts';
import {BootedSystem} from '../support/booted-system.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {GpioSim} from './support/gpio-sim.ts';

const UNIT = 'doorline.service';
const program = fileURLToPath(new URL('../../build/program', import.meta.url));

const configuration = `
name: Gate
board: virtual-machine
data: /var/lib/doorline
sip: {listen: [udp:127.0.0.1:5060]}
buttons: [{name: bell, input: button-1, call: []}]
doors: [{name: front, output: relay-1}]
audio: {microphone: 'alsa:hw:Loopback,1', speaker: 'alsa:hw:Loopback,0'}
http: {listen: 127.0.0.1:8080}
`;

test('the service has lines and sound by its groups alone, and no other device', async (context) => {
  requirePeers(context, 'debian-13');
  execFileSync('/usr/bin/mount', ['-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']);
  const sim = GpioSim.make(context);
  const run = startRun(context);
  const system = await BootedSystem.boot(run, [program, debianSystemRoot], {hardware: true});
  await system.must('systemd-sysusers');
  await system.must(
    'sh',
    '-c',
    `mkdir -p /etc/doorline && cat > /etc/doorline/doorline.yaml << 'END'\n${configuration}\nEND`,
  );
  await system.must('chown', '-R', 'doorline:doorline', '/etc/doorline');
  // The groups are there only now: on a board they are when it boots.
  await system.must('udevadm', 'control', '--reload');
  await system.must(
    'udevadm',
    'trigger',
    '--action=change',
    '--settle',
    '--subsystem-match=gpio',
    '--subsystem-match=sound',
    '--subsystem-match=leds',
  );
  expect(await system.must('stat', '--format=%U:%G %a', `/dev/${sim.chip}`)).toBe('root:gpio 660\n');
  await system.run('systemctl', 'start', UNIT);
  expect(await system.must('journalctl', '--unit', UNIT)).toMatch(/"msg":"ready"/);
  const pid = await system.property(UNIT, 'MainPID');
  const files = await system.must('sh', '-c', `ls -l /proc/${pid}/fd`);
  expect(files).toMatch(/anon_inode:gpio-line/);
  expect(files).toMatch(/\/dev\/snd\/pcm/);
  // Root in the service's control group: the list of devices holds for him too.
  const join = 'echo $$ > /sys/fs/cgroup/system.slice/doorline.service/cgroup.procs && exec';
  expect((await system.run('sh', '-c', `${join} head -c 1 /dev/mem`)).output).toMatch(/not permitted/);
  expect((await system.run('sh', '-c', `${join} head -c 1 /dev/zero`)).status).toBe(0);
}, 400_000);
