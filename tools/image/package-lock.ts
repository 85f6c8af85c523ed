import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Progress, sayTenths} from '../setup/apt.ts';
import {ForeignPackages, type PackageVersion} from '../setup/foreign-packages.ts';
import {LackingError} from './lacking.ts';
import {built} from './layout.ts';
import {COMPONENTS, RELEASE, wanted} from './packages.ts';
import type {Profile} from './profiles.ts';

/** A package whose very file is known. */
export interface LockedPackage extends PackageVersion {
  /** Of the package's file, in hexadecimal. */
  readonly sha256: string;
}

const cache = join(built, 'packages');
const HEADER = `# The Debian packages of the image: name=version and the SHA-256 of the file. Made by "make image-lock".\n`;
/** A mirror that does not answer is asked again. */
const TRIES = 3;

const fileFor = ({lock}: Profile): string => fileURLToPath(new URL(lock, import.meta.url));

/** What the repository says is in the images of a profile. */
export function readLock(profile: Profile): LockedPackage[] {
  return readFileSync(fileFor(profile), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, version, sha256] = /^([^ =]+)=(\S+) ([0-9a-f]{64})$/.exec(line) ?? [];
      if (name === undefined)
        throw new Error(`${profile.lock} has a line that is none of a package: ${line}`);
      return {name, version: version!, sha256: sha256!};
    });
}

/** Takes the versions that the mirror has today, and writes them down. */
export async function renewLock(profile: Profile, say: (line: string) => void): Promise<void> {
  const archive = await openArchive(profile, say);
  const packages = await archive.closure(wanted);
  const locked = await fetch(archive, packages, say);
  writeFileSync(fileFor(profile), HEADER + locked.map(line).join(''));
  say(`${locked.length} packages are written down in tools/image/${profile.lock}.`);
}

/** The file of a package that has been fetched. */
export function fileOf({sha256}: LockedPackage): string {
  return join(cache, `${sha256}.deb`);
}

/**
 * Fetches what of a profile's lock is not there yet.
 * @param acceptNewer takes the mirror's version, and says so, where it no longer has the one of the lock.
 * @returns the packages that are there now: those of the lock, or what stands in for them.
 * @throws Error in words for people, where the mirror does not answer, or has a version no longer.
 */
export async function fetchLocked(
  profile: Profile,
  {acceptNewer, say}: {acceptNewer: boolean; say: (line: string) => void},
): Promise<LockedPackage[]> {
  const lock = readLock(profile);
  const missing = lock.filter((one) => !existsSync(fileOf(one)));
  if (missing.length === 0) return lock;
  const archive = await openArchive(profile, say);
  const there = await archive.versions(missing.map(({name}) => name));
  const gone = missing.filter(
    (one) => !there.some(({name, version}) => name === one.name && version === one.version),
  );
  if (gone.length > 0 && !acceptNewer) {
    const names = gone.map(({name, version}) => `${name}=${version}`).join(', ');
    throw new Error(
      `The mirror no longer has ${names}. "make image-lock" takes the versions that it has now; look at what changed in ` +
        `tools/image/${profile.lock}, and test the image again.`,
    );
  }
  if (gone.length > 0) {
    // Versions belong together: where one is gone, all are taken as they are today.
    say(
      `  the mirror no longer has ${gone.map(({name}) => name).join(', ')} as locked: today's versions are taken`,
    );
    return fetch(archive, await archive.closure(wanted), say);
  }
  const fetched = await fetch(archive, missing, say);
  const wrong = fetched.find(({name, sha256}) =>
    lock.every((one) => one.name !== name || one.sha256 !== sha256),
  );
  if (wrong !== undefined) throw new Error(`${wrong.name}=${wrong.version} is not the file that is locked`);
  return lock;
}

async function openArchive(profile: Profile, say: (line: string) => void): Promise<ForeignPackages> {
  const folder = join(cache, `apt-${profile.name}`);
  mkdirSync(folder, {recursive: true});
  const archive = {
    release: RELEASE,
    beside: 'security',
    architecture: 'arm64',
    components: COMPONENTS,
    ...(profile.selected === undefined ? {} : {selected: profile.selected}),
  } as const;
  return again(say, () => ForeignPackages.open(folder, archive));
}

/** Fetches packages; those that have come stay, also when others do not. */
async function fetch(
  archive: ForeignPackages,
  packages: readonly PackageVersion[],
  say: (line: string) => void,
): Promise<LockedPackage[]> {
  const tenths = sayTenths(say);
  const fetched = (progress: Progress) => progress.step === 'fetched' && tenths(progress);
  const names = packages.map(({name, version}) => `${name}=${version}`);
  await again(say, () => archive.fetch(names, fetched));
  return packages.map((one) => {
    const file = archive.file(one.name, one.version);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    const locked = {...one, sha256};
    renameSync(file, fileOf(locked));
    return locked;
  });
}

async function again<T>(say: (line: string) => void, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      const words = (error as Error).message;
      if (attempt === TRIES)
        throw new LackingError(`Debian's packages cannot be had: ${words}. Is there a network?`);
      say(`  the mirror did not answer as it should (${words}); asked again, ${attempt + 1} of ${TRIES}`);
    }
  }
}

function line({name, version, sha256}: LockedPackage): string {
  return `${name}=${version} ${sha256}\n`;
}
