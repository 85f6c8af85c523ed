import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Progress, run} from './apt.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Which of Debian's packages. */
export interface Archive {
  readonly release: string;
  /** What is taken besides the release itself: its backports, or its security updates where this machine has a mirror of such. */
  readonly beside: 'backports' | 'security';
  /** Debian's name of a processor; default: this machine's. */
  readonly architecture?: string;
  /** Default: what is free. */
  readonly components?: string;
  /** More suites, and the only packages that are taken from each, as apt's preferences name them: `libnl-*`. */
  readonly selected?: Readonly<Record<string, readonly string[]>>;
}

/** A package in one version, as apt names them. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/**
 * Packages of another Debian release than the machine's own, only to be unpacked: with lists of their own, so that the
 * machine's apt knows nothing of them, but from the mirror that it uses. Needs no root.
 */
export class ForeignPackages {
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string, architecture: string | undefined) {
    this.#folder = folder;
    const settings = [
      ...[`Dir::Etc::sourcelist=${join(folder, 'sources.list')}`, 'Dir::Etc::sourceparts=/dev/null'],
      ...[`Dir::Etc::preferences=${join(folder, 'preferences')}`, 'Dir::Etc::preferencesparts=/dev/null'],
      ...[`Dir::State=${join(folder, 'state')}`, `Dir::Cache=${join(folder, 'cache')}`],
      ...[`Dir::State::status=${join(folder, 'nothing-installed')}`, 'Acquire::Languages=none'],
      ...['APT::Sandbox::User=root', 'APT::Update::Error-Mode=any', 'Acquire::Retries=3'],
      'APT::Install-Recommends=false',
      // The list of packages may be past its date, where a mirror lags or is an old state; it is signed all the same.
      'Acquire::Check-Valid-Until=false',
      ...(architecture === undefined
        ? []
        : [`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`]),
    ];
    this.#options = settings.flatMap((setting) => ['-o', setting]);
  }

  /**
   * Fetches the lists of packages of an archive into `folder`.
   * @throws Error that says what is missing.
   */
  static async open(folder: string, archive: Archive): Promise<ForeignPackages> {
    const {release, beside, components = 'main', selected = {}} = archive;
    for (const path of ['state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(folder, path), {recursive: true});
    }
    writeFileSync(join(folder, 'nothing-installed'), '');
    const own = await ownMirror('Debian');
    if (own === undefined) throw new Error('the package lists of this machine name no mirror of Debian');
    const other = beside === 'security' ? await ownMirror('Debian-Security') : own;
    const sources = [
      [own, release],
      [other, `${release}-${beside}`],
      ...Object.keys(selected).map((suite) => [own, suite]),
    ].filter(([mirror]) => mirror !== undefined);
    writeFileSync(
      join(folder, 'sources.list'),
      sources
        .map(([mirror, suite]) => `deb [signed-by=${KEYRING}] ${mirror} ${suite} ${components}\n`)
        .join(''),
    );
    writeFileSync(join(folder, 'preferences'), preferences(selected));
    const packages = new ForeignPackages(folder, archive.architecture);
    await must(['apt-get', ...packages.#options, 'update']);
    return packages;
  }

  /** The packages with all that they need, as on a machine that has nothing installed. */
  async closure(names: readonly string[]): Promise<PackageVersion[]> {
    const output = await must(['apt-get', ...this.#options, '--simulate', 'install', ...names]);
    const found = output.matchAll(/^Inst (\S+) \((\S+)/gm);
    return Array.from(found, ([, name, version]) => ({name: name!, version: version!}));
  }

  /** Every version of these packages that the archive has now. */
  async versions(names: readonly string[]): Promise<PackageVersion[]> {
    return readVersions(await must(['apt-cache', ...this.#options, 'madison', ...names]));
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

  /** The file of a package that has been fetched, of a version where there may be several. */
  file(name: string, version = ''): string {
    // apt writes the colon of a version in the way of URLs.
    const start = `${name}_${version.replaceAll(':', '%3a')}`;
    const found = readdirSync(this.#folder).find((file) => file.startsWith(start));
    if (found === undefined) throw new Error(`apt-get brought no ${name}`);
    return join(this.#folder, found);
  }

  /** Unpacks the files of packages that have been fetched into `target`. */
  async unpack(names: readonly string[], target: string): Promise<void> {
    for (const name of names) await must(['dpkg-deb', '--extract', this.file(name), target]);
  }
}

/** That of each suite the selected packages are taken before all others, and no others (apt_preferences(5)). */
export function preferences(selected: Readonly<Record<string, readonly string[]>>): string {
  const rule = (packages: string, suite: string, priority: number) =>
    `Package: ${packages}\nPin: release n=${suite}\nPin-Priority: ${priority}\n\n`;
  const rules = Object.entries(selected).map(
    ([suite, names]) => rule(names.join(' '), suite, 990) + rule('*', suite, -1),
  );
  return rules.join('');
}

/** The versions in what `apt-cache madison` prints: columns, padded on their left. */
export function readVersions(output: string): PackageVersion[] {
  const found = output.matchAll(/^ *(\S+) \| +(\S+) \|/gm);
  return Array.from(found, ([, name, version]) => ({name: name!, version: version!}));
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
async function ownMirror(label: 'Debian' | 'Debian-Security'): Promise<string | undefined> {
  const format = '$(CREATED_BY) $(LABEL) $(COMPONENT) $(REPO_URI)';
  const {output} = await run(['apt-get', 'indextargets', '--format', format]);
  return new RegExp(`^Packages ${label} main (\\S+)$`, 'm').exec(output)?.[1];
}
