import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Progress, run} from './apt.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Packages of another Debian release than the machine's own, only to be unpacked: with lists of their own, so that the
 * machine's apt knows nothing of them, but from the mirror that it uses. Needs no root.
 */
export class ForeignPackages {
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#options = [
      ...[
        '-o',
        `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
        '-o',
        'Dir::Etc::sourceparts=/dev/null',
      ],
      ...['-o', `Dir::State=${join(folder, 'state')}`, '-o', `Dir::Cache=${join(folder, 'cache')}`],
      ...['-o', 'Dir::State::status=/dev/null', '-o', 'Acquire::Languages=none'],
      ...['-o', 'APT::Sandbox::User=root', '-o', 'APT::Update::Error-Mode=any'],
      // The list of packages may be past its date, where a mirror lags or is an old state; it is signed all the same.
      ...['-o', 'Acquire::Check-Valid-Until=false'],
    ];
  }

  /**
   * Fetches the lists of packages of a release and of its backports into `folder`.
   * @throws Error that says what is missing.
   */
  static async open(folder: string, release: string): Promise<ForeignPackages> {
    const mirror = await ownMirror();
    for (const path of ['state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(folder, path), {recursive: true});
    }
    const sources = [release, `${release}-backports`].map(
      (suite) => `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`,
    );
    writeFileSync(join(folder, 'sources.list'), sources.join(''));
    const packages = new ForeignPackages(folder);
    await must(['apt-get', ...packages.#options, 'update']);
    return packages;
  }

  /** The names of what a package depends on, in the suite. */
  async dependencies(name: string, suite: string): Promise<string[]> {
    const output = await must(['apt-cache', ...this.#options, 'depends', `${name}/${suite}`]);
    return Array.from(output.matchAll(/Depends: (\S+)/g), ([, dependency]) => dependency!);
  }

  /** Fetches packages. */
  async fetch(names: readonly string[], onProgress?: (progress: Progress) => void): Promise<void> {
    const command = ['apt-get', ...this.#options, '-o', 'APT::Status-Fd=1', '--quiet', 'download', ...names];
    await must(['env', '-C', this.#folder, ...command], onProgress);
  }

  /** The file of a package that has been fetched. */
  file(name: string): string {
    const found = readdirSync(this.#folder).find((file) => file.startsWith(`${name}_`));
    if (found === undefined) throw new Error(`apt-get brought no ${name}`);
    return join(this.#folder, found);
  }

  /** Unpacks the files of packages that have been fetched into `target`. */
  async unpack(names: readonly string[], target: string): Promise<void> {
    for (const name of names) await must(['dpkg-deb', '--extract', this.file(name), target]);
  }
}

/**
 * Runs a program and returns what it said.
 * @throws Error with its last words, where it fails.
 */
export async function must(
  command: readonly string[],
  onProgress?: (progress: Progress) => void,
): Promise<string> {
  const {status, output} = await run(command, onProgress);
  if (status === 0) return output;
  const lines = output.trimEnd().split('\n');
  const complaint = lines.findLast((line) => /^E: |error/i.test(line)) ?? lines.at(-1)!;
  throw new Error(status === -1 ? `${command[0]} is missing` : complaint.replace(/^E: |\.$/g, ''));
}

/** Where the machine's own apt gets its Debian from. */
async function ownMirror(): Promise<string> {
  const format = '$(CREATED_BY) $(ORIGIN) $(COMPONENT) $(CODENAME) $(REPO_URI)';
  const {output} = await run(['apt-get', 'indextargets', '--format', format]);
  const [, mirror] = /^Packages Debian main [a-z]+ (\S+)$/m.exec(output) ?? [];
  if (mirror === undefined) throw new Error('the package lists of this machine name no mirror of Debian');
  return mirror;
}
