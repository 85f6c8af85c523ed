import {cpSync, existsSync, lstatSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';

const DOCUMENTATION = 'usr/share/doc';
/** What Debian's policy has every package say of its authors and licences, in a folder of its name. */
const LICENCES = 'copyright';

/**
 * Of the documentation of the packages keeps their licences and no more. Who gives a program to others has to give these too:
 * also of those that were unpacked beside the root.
 * @param names the packages that anything of the image is from.
 * @throws Error that names a package without.
 */
export function keepLicences(parts: {root: string; beside: string}, names: readonly string[]): void {
  const [documentation, besides] = [parts.root, parts.beside].map((one) => join(one, DOCUMENTATION));
  for (const name of names) {
    const folder = join(besides!, name);
    if (existsSync(folder)) cpSync(folder, join(documentation!, name), {recursive: true});
  }
  for (const name of readdirSync(documentation!)) {
    const folder = join(documentation!, name);
    // Packages from one source have one folder, and links to it.
    if (lstatSync(folder).isSymbolicLink()) continue;
    for (const file of readdirSync(folder)) {
      if (file !== LICENCES) rmSync(join(folder, file), {recursive: true});
    }
  }
  const bare = names.filter((name) => !existsSync(join(documentation!, name, LICENCES)));
  if (bare.length > 0)
    throw new Error(`No licence came with ${bare.join(', ')}: it cannot be given to others.`);
}
