import {execFile} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, rmdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {vi} from 'vitest';
import type {RunningProcess} from './processes.ts';
import type {Run} from './run-folder.ts';

const script = fileURLToPath(new URL('boot-system.sh', import.meta.url));
const PATH = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';

let booted = 0;

/** What a command inside has done. */
export interface Outcome {
  /** Its exit status. */
  readonly status: number;
  /** What it said, on either output. */
  readonly output: string;
}

/**
 * A whole Debian under its own systemd, without a network, in namespaces: booted from folders that stay as they are, gone at the
 * end of the run. Needs root.
 */
export class BootedSystem {
  readonly #outside: RunningProcess;
  readonly #init: number;

  private constructor(outside: RunningProcess, init: number) {
    this.#outside = outside;
    this.#init = init;
  }

  /**
   * Boots what the folders make up together, the topmost first, and waits until the system says that it is up.
   * `hardware`: it has the devices of this machine, and its udev sets them up. Only for a virtual machine.
   */
  static async boot(run: Run, layers: readonly string[], {hardware = false} = {}): Promise<BootedSystem> {
    booted += 1;
    const group = join(controlGroups(), `doorline-test-${process.pid}-${booted}`);
    const folder = join(run.folder, `system-${booted}`);
    mkdirSync(folder);
    const words = [script, group, hardware ? 'yes' : 'no', folder, layers.join(':')];
    // The namespaces end with unshare, and that with this process.
    const outside = run.processes.start('setpriv', ['--pdeathsig', 'KILL', 'sh', ...words]);
    run.atEnd(async () => {
      outside.killNow();
      await outside.waitForExit(10_000);
      // Its processes end with the first of them, but not at once.
      await vi.waitFor(() => removeGroup(group), {timeout: 20_000, interval: 100});
    });
    const init = await outside.waitUntil('systemd started', () => systemdUnder(outside.pid!));
    const system = new BootedSystem(outside, init);
    await system.must('sh', '-c', 'until [ -S /run/systemd/private ]; do sleep 0.1; done');
    // Its exit status tells whether each unit is as it should be: that is for the tests to judge.
    await system.run('systemctl', 'is-system-running', '--wait');
    return system;
  }

  /** Runs a command inside, as root. */
  run(...command: string[]): Promise<Outcome> {
    const words = [
      '--target',
      String(this.#init),
      '--all',
      '--root',
      '--wd',
      'env',
      '-i',
      PATH,
      'LC_ALL=C',
      ...command,
    ];
    return new Promise((resolve) => {
      execFile('/usr/bin/nsenter', words, {maxBuffer: 16 << 20}, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({status, output: stdout + stderr});
      });
    });
  }

  /** The same, for a command that has to succeed; returns what it said. */
  async must(...command: string[]): Promise<string> {
    const {status, output} = await this.run(...command);
    if (status === 0) return output;
    throw new Error(`${command.join(' ')} ended with ${status}\n${output}`);
  }

  /** Waits until a command inside says what is looked for, and returns the match. */
  waitFor(what: RegExp, command: readonly string[], timeout = 60_000): Promise<RegExpExecArray> {
    return this.#outside.waitUntil(
      `${command.join(' ')} said ${what}`,
      async () => what.exec((await this.run(...command)).output) ?? undefined,
      timeout,
    );
  }

  /** A property of a unit, as `systemctl show` has it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.must('systemctl', 'show', '--property', name, '--value', unit)).trim();
  }
}

/** Where this machine has its control groups of the second version. */
function controlGroups(): string {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const found = mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2');
  if (found === undefined) throw new Error('this machine has no control groups of the second version');
  return found[1]!;
}

/** The process below `pid` (unshare) that has become systemd. */
function systemdUnder(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  if (child === undefined) return undefined;
  const name = readFileSync(`/proc/${child}/comm`, 'utf8').trim();
  return name === 'systemd' ? Number(child) : undefined;
}

/** Control groups are removed from the innermost on, when their last process has gone. */
function removeGroup(folder: string): void {
  for (const entry of readdirSync(folder, {withFileTypes: true})) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  }
  rmdirSync(folder);
}
