import {Apt, sayTenths} from './apt.ts';
import {type DebianRoot, makeDebianRoot} from './debian-root.ts';
import {fetchKernels} from './kernels.ts';
import {
  arm64SystemRoot,
  asteriskRoot,
  debianSystemRoot,
  findProgram,
  newBaresipRoot,
  type Program,
  type ProgramName,
  programs,
} from './programs.ts';

/** No stable release has Asterisk 22, and what it recommends is ten times as much; a system to boot is no part of this one. */
const roots: readonly (DebianRoot & {readonly program: ProgramName})[] = [
  {program: 'asterisk', name: 'Asterisk', folder: asteriskRoot, suite: 'sid', packages: ['asterisk']},
  {
    program: 'baresip-1.1',
    name: 'baresip 1.1',
    folder: newBaresipRoot,
    suite: 'trixie',
    packages: ['baresip-core'],
  },
  {
    program: 'debian-13',
    name: 'systemd',
    folder: debianSystemRoot,
    suite: 'trixie',
    packages: ['systemd-sysv', 'udev', 'dbus', 'libasound2t64', 'libstdc++6', 'passwd'],
  },
  {
    program: 'debian-13-arm64',
    name: 'packages for arm64',
    folder: arm64SystemRoot,
    suite: 'trixie',
    packages: [
      ...[
        'base-files',
        'base-passwd',
        'bash',
        'coreutils',
        'dash',
        'debconf',
        'diffutils',
        'dpkg',
        'findutils',
      ],
      ...[
        'grep',
        'gzip',
        'init-system-helpers',
        'libc-bin',
        'mawk',
        'passwd',
        'perl-base',
        'sed',
        'tar',
        'util-linux',
      ],
      ...['libasound2t64', 'libstdc++6', 'systemd-standalone-sysusers'],
    ],
    foreign: 'arm64',
  },
];

/**
 * Installs by apt what the tests use and the machine lacks: baresip, Kamailio and others; Asterisk, a newer
 * baresip and the kernels of the virtual machine come into folders of their own. Where it may not (no root, no passwordless sudo, no apt) it says what is missing and what to
 * type. Takes no time where everything is there. No service is started or enabled.
 * @returns the names of what is still missing.
 */
export async function installPeers(say: (line: string) => void): Promise<string[]> {
  const missing = missingPrograms();
  if (missing.length === 0) return [];
  say(`For the tests with real peers this machine lacks: ${missing.map(({name}) => name).join(', ')}.`);
  const apt = await Apt.open();
  if (apt === undefined) {
    say('They come from packages of Debian and Ubuntu; here is no apt-get.');
  } else if (!apt.permitted) {
    const chosen = await choosePackages(apt, missing);
    // Without package lists nothing is known of what the distribution has.
    const names = chosen.length > 0 ? chosen : missing.flatMap(({packages}) => packages.slice(-1));
    const lacking = names.filter((name) => findProgram(name) === undefined);
    if (lacking.length > 0) say(`To install them: sudo ${apt.commandLine(lacking)}`);
  } else {
    await install(apt, missing, say);
  }
  for (const root of roots) {
    if (programs[root.program].find() !== undefined) continue;
    const obstacle = await makeDebianRoot(root, say);
    if (obstacle !== undefined) say(`${root.name} could not be made: ${obstacle}.`);
  }
  if (apt !== undefined) for (const obstacle of await fetchKernels(say)) say(obstacle);
  const rest = missingPrograms();
  for (const {name, purpose} of rest) say(`Not available here: ${name} (${purpose}).`);
  if (rest.length > 0) say('Tests that need them are skipped, and named at the end.');
  return rest.map(({name}) => name);
}

function missingPrograms(): Program[] {
  return Object.values(programs).filter((program) => program.find() === undefined);
}

async function install(apt: Apt, missing: readonly Program[], say: (line: string) => void): Promise<void> {
  say('Asking apt for its package lists ...');
  await apt.update();
  const wanted = await choosePackages(apt, missing);
  if (wanted.length === 0) return;
  say(`Installing ${wanted.join(', ')} ...`);
  if (await apt.install(wanted, sayTenths(say))) return;
  // One that cannot be installed must not keep back the others.
  for (const name of wanted) {
    if (!(await apt.install([name]))) say(`apt could not install ${name}: ${apt.lastWords}`);
  }
}

/** Of each program's packages the first that the distribution has: their names differ. */
async function choosePackages(apt: Apt, missing: readonly Program[]): Promise<string[]> {
  const chosen: string[] = [];
  for (const {packages} of missing) {
    for (const name of packages) {
      if (!(await apt.has(name))) continue;
      chosen.push(name);
      break;
    }
  }
  return chosen;
}
