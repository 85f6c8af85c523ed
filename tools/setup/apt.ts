import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {basename} from 'node:path';
import {findProgram} from './programs.ts';

/** Another apt may be at work, such as the system's own upgrades: its lock is waited for. */
const LOCK_SECONDS = 300;

/** Asked by Debian's package scripts before they start a service; 101 forbids it. */
const POLICY = '/usr/sbin/policy-rc.d';
/**
 * Runs its arguments while all starts are forbidden. What the machine had there is kept beside it and comes
 * back at the end; what an installation that was cut off left of ours is known by its mark.
 * Descriptor 3 is where apt tells its progress: given 1 for that, it would close it to the package scripts.
 */
const WITHOUT_SERVICES = `
policy=${POLICY} aside=${POLICY}.before-doorline
restore() { rm -f "$policy"; if [ -e "$aside" ]; then mv "$aside" "$policy"; fi; }
trap restore EXIT; trap 'exit 1' HUP INT TERM
if grep -qs 'set by doorline' "$policy"; then rm "$policy"; fi
if [ -e "$policy" ]; then mv "$policy" "$aside"; fi
printf '#!/bin/sh\\n# set by doorline while it installs\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
exec 3>&1
"$@"
`;

/** How far an installation is. */
export interface Progress {
  readonly step: 'fetched' | 'installed';
  readonly percent: number;
}

/** apt-get, as far as the set-up uses it. */
export class Apt {
  /** Whether packages can be installed without asking anybody for a password. */
  readonly permitted: boolean;
  readonly #prefix: readonly string[];
  #lastWords = '';

  private constructor(permitted: boolean, prefix: readonly string[]) {
    this.permitted = permitted;
    this.#prefix = prefix;
  }

  /** Undefined where the machine has no apt-get. */
  static async open(): Promise<Apt | undefined> {
    if (findProgram('apt-get') === undefined) return undefined;
    if (process.getuid?.() === 0) return new Apt(true, []);
    const sudo = findProgram('sudo');
    if (sudo === undefined) return new Apt(false, []);
    const {status} = await run([sudo, '-n', 'true']);
    return new Apt(status === 0, [sudo, '-n']);
  }

  /** The last line of complaint of apt. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /** What a user would type after `sudo`. */
  commandLine(packages: readonly string[]): string {
    return `apt-get install --no-install-recommends ${packages.join(' ')}`;
  }

  /** Fetches the lists of packages; where that fails, those which are there have to do. */
  async update(): Promise<void> {
    await this.#administer(['apt-get', ...options(), 'update']);
  }

  /** Whether the distribution has a package that can be installed. */
  async has(name: string): Promise<boolean> {
    const {status, output} = await run(['apt-cache', 'policy', name]);
    return status === 0 && /Candidate: (?!\(none\))/.test(output);
  }

  /**
   * Installs packages, without their recommendations, and removes none for their sake. Services that come with
   * them are neither started nor enabled; those which were there stay as they are.
   */
  async install(names: readonly string[], onProgress?: (progress: Progress) => void): Promise<boolean> {
    const fresh: string[] = [];
    for (const name of names) if (!(await installed(name))) fresh.push(name);
    const command = [
      'apt-get',
      ...options(),
      '-o',
      'APT::Status-Fd=3',
      '--yes',
      '--no-install-recommends',
      '--no-remove',
      'install',
    ];
    const done = await this.#administer(
      ['sh', '-c', WITHOUT_SERVICES, 'sh', ...command, ...names],
      onProgress,
    );
    for (const name of fresh) await this.#disableServices(name);
    return done;
  }

  /** The package scripts enable their services for the next start of the machine: takes that back. */
  async #disableServices(name: string): Promise<void> {
    const {output} = await run(['dpkg-query', '--listfiles', name]);
    const files = output.split('\n');
    const units = (kind: string) =>
      files
        .filter((file) => file.includes(`/systemd/${kind}/`) && /\.(service|socket)$/.test(file))
        .map((file) => basename(file));
    if (findProgram('systemctl') === undefined) {
      for (const file of files.filter((one) => one.startsWith('/etc/init.d/'))) {
        await this.#administer(['update-rc.d', basename(file), 'disable']);
      }
      return;
    }
    const system = units('system').filter((unit) => !unit.includes('@'));
    if (system.length > 0) await this.#administer(['systemctl', 'disable', ...system]);
    const user = units('user').filter((unit) => !unit.includes('@'));
    if (user.length > 0) await this.#administer(['systemctl', '--global', 'disable', ...user]);
  }

  /** Runs a command as root. */
  async #administer(command: readonly string[], onProgress?: (progress: Progress) => void): Promise<boolean> {
    const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C'];
    const {status, output} = await run([...this.#prefix, ...quiet, ...command], onProgress);
    if (status !== 0) {
      const complaints = output.split('\n').filter((line) => line.startsWith('E: '));
      this.#lastWords = complaints.at(-1)?.slice(3) ?? `exit status ${status}`;
    }
    return status === 0;
  }
}

/** Tells each tenth of the way once. */
export function sayTenths(say: (line: string) => void): (progress: Progress) => void {
  let told = '';
  return ({step, percent}) => {
    const line = `  ${step} ${Math.floor(percent / 10) * 10} %`;
    if (line !== told) say(line);
    told = line;
  };
}

function options(): string[] {
  return ['--quiet', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, '-o', 'Dpkg::Use-Pty=0'];
}

async function installed(name: string): Promise<boolean> {
  const {status, output} = await run(['dpkg', '--status', name]);
  return status === 0 && /^Status: .* installed$/m.test(output);
}

/** Runs a program to its end; `output` is what it said on both outputs. One that does not exist has the status -1. */
export async function run(
  command: readonly string[],
  onProgress?: (progress: Progress) => void,
): Promise<{status: number; output: string}> {
  const child = spawn(command[0]!, command.slice(1), {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-1_000_000);
    // apt's machine-readable status: `dlstatus:NUMBER:PERCENT:TEXT`, `pmstatus:PACKAGE:PERCENT:TEXT`.
    for (const [, kind, percent] of chunk.matchAll(/^(dl|pm)status:[^:]*:([\d.]+):/gm)) {
      onProgress?.({step: kind === 'dl' ? 'fetched' : 'installed', percent: Number(percent)});
    }
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return {status: status ?? -1, output};
  } catch {
    return {status: -1, output};
  }
}
