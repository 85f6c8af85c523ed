import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, test} from 'vitest';
import {buildDeb} from '../../tools/deb/build-deb.ts';
import {arm64SystemRoot, debianSystemRoot} from '../../tools/setup/programs.ts';
import {BootedSystem} from '../support/booted-system.ts';
import {runOnArm64} from '../support/foreign-system.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';

const UNIT = 'doorline.service';
const BUILD = 300_000;

const configuration = `# edited
name: Gate
board: simulated
data: /var/lib/doorline
sip: {listen: [udp:127.0.0.1:5060]}
audio: {microphone: silence, speaker: discard}
http: {listen: 127.0.0.1:8080}
`;

/** The next version of a package: another number, and another default configuration. */
function nextVersion(run: Run, file: string, into: string): void {
  const tree = join(run.folder, 'next');
  execFileSync('/usr/bin/dpkg-deb', ['--raw-extract', file, tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 99.0'));
  const config = join(tree, 'etc/doorline/doorline.yaml');
  writeFileSync(config, `${readFileSync(config, 'utf8')}# new in 99.0\n`);
  execFileSync('/usr/bin/dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, into], {stdio: 'pipe'});
  rmSync(tree, {recursive: true});
}

/** Puts a package and its next version into the folder that becomes /root of a system. */
async function makePackages(run: Run, folder: string, processor: 'arm64' | 'x64'): Promise<void> {
  const file = await buildDeb({board: processor === 'arm64' ? 'raspberry-pi-4' : 'pc', processor});
  mkdirSync(folder, {recursive: true});
  cpSync(file, join(folder, 'doorline.deb'));
  nextVersion(run, file, join(folder, 'doorline-next.deb'));
}

/** A shell script that lists all files and users, but for what no package owns: logs, and what dpkg and passwd keep for themselves. */
const inventory = `
find /etc /usr /var /home /opt -xdev \\
  -not -path '/var/log/*' -not -path '/var/lib/dpkg*' -not -path '/var/cache/*' -not -name '*-' \\
  -not -path '/var/lib/systemd/*' -not -path '/etc/.pwd.lock' -not -path '/var/tmp/*' \\
  -not -path '/etc/*shadow' -not -path '/usr/share/doc' | sort
cat /etc/passwd /etc/group`;
const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive'];

test(
  'under systemd: installed it runs, an upgrade keeps what was edited, a purge leaves nothing',
  async (context) => {
    requirePeers(context, 'debian-13');
    const run = startRun(context);
    const layer = join(run.folder, 'packages');
    await makePackages(run, join(layer, 'root'), process.arch as 'x64');
    const system = await BootedSystem.boot(run, [layer, debianSystemRoot]);
    const before = await system.must('sh', '-c', inventory);

    await system.must(...quietly, 'dpkg', '--install', '/root/doorline.deb');
    // Systems for tests leave documentation out.
    const changed = (await system.must('dpkg', '--verify', 'doorline')).replaceAll(
      /^missing +\/usr\/share\/doc\/.*\n/gm,
      '',
    );
    expect(changed).toBe('');
    expect((await system.run('systemctl', 'is-enabled', UNIT)).output).toBe('enabled\n');
    const owners = await system.must(
      'stat',
      '--format=%U %a',
      '/etc/doorline',
      '/etc/doorline/doorline.yaml',
    );
    expect(owners).toBe('doorline 750\ndoorline 640\n');
    await system.must('doorline', 'check', '--config', '/etc/doorline/doorline.yaml');

    await system.must('sh', '-c', `cat > /etc/doorline/doorline.yaml << 'END'\n${configuration}END`);
    await system.must('systemctl', 'restart', UNIT);
    expect(await system.property(UNIT, 'StatusText')).toBe('Gate is ready');
    const old = await system.property(UNIT, 'MainPID');

    await system.must(...quietly, 'dpkg', '--force-confold', '--install', '/root/doorline-next.deb');
    await system.waitFor(/Gate is ready/, ['systemctl', 'status', UNIT]);
    expect(await system.property(UNIT, 'MainPID')).not.toBe(old);
    expect(await system.must('cat', '/etc/doorline/doorline.yaml')).toBe(configuration);
    expect(await system.must('cat', '/etc/doorline/doorline.yaml.dpkg-dist')).toMatch(/# new in 99\.0$/m);
    expect(await system.must('ls', '/var/lib/doorline')).toMatch(/doorline\.db/);

    await system.must(...quietly, 'dpkg', '--remove', 'doorline');
    expect((await system.run('systemctl', 'is-active', UNIT)).output).toBe('inactive\n');
    expect(await system.must('cat', '/etc/doorline/doorline.yaml')).toBe(configuration);
    await system.must(...quietly, 'dpkg', '--purge', 'doorline');
    expect(await system.must('sh', '-c', inventory)).toBe(before);
  },
  BUILD,
);

test(
  'on arm64, emulated: the same, started as its service does',
  async (context) => {
    requirePeers(context, 'debian-13-arm64', 'qemu-aarch64-static');
    const run = startRun(context);
    const root = join(run.folder, 'system');
    execFileSync('cp', ['--archive', arm64SystemRoot, root]);
    await makePackages(run, join(root, 'root'), 'arm64');
    const must = async (text: string) => {
      const {status, output} = await runOnArm64(
        peerProgram('qemu-aarch64-static'),
        root,
        ['sh', '-e', '-c', text],
        BUILD,
      );
      if (status !== 0) throw new Error(`${text} ended with ${status}\n${output}`);
      return output;
    };
    expect((await must('dpkg --print-architecture')).trim()).toBe('arm64');
    const before = await must(inventory);
    await must('dpkg --install /root/doorline.deb');
    await must('doorline check --config /etc/doorline/doorline.yaml && doorline board raspberry-pi-4');
    writeFileSync(join(root, 'etc/doorline/doorline.yaml'), configuration);
    // Emulated, its start takes ten times as long; it ends by itself when it has said that it is ready.
    const asService = 'setpriv --reuid=doorline --regid=doorline --init-groups';
    const start = `${asService} doorline run --config /etc/doorline/doorline.yaml > /tmp/said 2>&1 & station=$!`;
    const untilReady = 'until grep -q \'"msg":"ready"\' /tmp/said; do kill -0 $station; sleep 1; done';
    await must(`${start}; ${untilReady}; kill $station; wait $station`);
    await must('dpkg --force-confold --install /root/doorline-next.deb');
    expect(await must('cat /etc/doorline/doorline.yaml')).toBe(configuration);
    await must('dpkg --purge doorline; rm -f /tmp/said');
    expect(await must(inventory)).toBe(before);
  },
  2 * BUILD,
);

test(
  'two builds of it are the same, and hold the licences of all that is in them',
  async () => {
    const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    const first = await buildDeb({board: 'simulated', processor: 'x64'});
    const kept = `${first}.first`;
    renameSync(first, kept);
    try {
      const second = await buildDeb({board: 'simulated', processor: 'x64'});
      expect(basename(second)).toMatch(/^doorline-simulated_.*_amd64\.deb$/);
      expect(digest(second)).toBe(digest(kept));
      const read = (path: string) =>
        execFileSync('tar', ['--extract', '--to-stdout', path], {
          input: execFileSync('/usr/bin/dpkg-deb', ['--fsys-tarfile', second], {maxBuffer: 2 ** 29}),
          encoding: 'utf8',
        });
      const copyright = read('./usr/share/doc/doorline/copyright');
      // Bundled into the program, into the page, and beside them.
      for (const name of ['find-my-way', 'preact', '@serialport/bindings-cpp', 'koffi']) {
        expect(copyright).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
      }
      expect(copyright).toContain('Xiph.org Foundation');
      expect(copyright).toContain(read('./usr/lib/doorline/licences.txt'));
    } finally {
      rmSync(kept);
    }
  },
  BUILD,
);
