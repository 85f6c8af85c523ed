import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {boards} from '../../boards/index.ts';
import {copyrightOf} from '../program/copyright.ts';
import {type Processor, stageProgram} from '../program/stage.ts';
import {must} from '../setup/foreign-packages.ts';
import {defaultConfiguration} from './default-configuration.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'build/deb');
const scripts = ['postinst', 'prerm', 'postrm'];
const architectures = {arm64: 'arm64', x64: 'amd64'} as const;

/**
 * Builds the Debian package of a board. Board and processor decide what is in it; the same sources give the same bytes.
 * @returns its file.
 * @throws Error in words for people.
 */
export async function buildDeb({board, processor}: {board: string; processor: Processor}): Promise<string> {
  const definition = boards.get(board);
  if (definition === undefined) {
    throw new Error(`There is no board "${board}". The boards are: ${[...boards.keys()].join(', ')}.`);
  }
  const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string};
  const architecture = architectures[processor];
  const tree = join(built, `${board}-${architecture}`);
  rmSync(tree, {recursive: true, force: true});
  // The modes of what is copied do not depend on who builds.
  process.umask(0o022);
  await stageProgram(tree, {processor, board});
  write(tree, 'etc/doorline/doorline.yaml', defaultConfiguration(definition));
  addDocumentation(tree, version);
  write(tree, 'DEBIAN/conffiles', '/etc/doorline/doorline.yaml\n');
  for (const name of scripts) {
    write(tree, `DEBIAN/${name}`, readFileSync(new URL(name, import.meta.url)));
    chmodSync(join(tree, 'DEBIAN', name), 0o755);
  }
  write(tree, 'DEBIAN/control', control({version, architecture, size: sizeOf(tree)}));
  const time = Number(process.env['SOURCE_DATE_EPOCH'] ?? lastChange());
  for (const path of [tree, ...pathsIn(tree)]) lutimesSync(path, time, time);
  const file = join(built, `doorline-${board}_${version}_${architecture}.deb`);
  const compression = ['-Zzstd', '-z12', '--threads-max=1'];
  const command = ['dpkg-deb', '--root-owner-group', ...compression, '--build', tree, `${file}.making`];
  await must(['env', `SOURCE_DATE_EPOCH=${time}`, ...command]);
  renameSync(`${file}.making`, file);
  rmSync(tree, {recursive: true});
  return file;
}

function control({
  version,
  architecture,
  size,
}: {
  version: string;
  architecture: string;
  size: number;
}): string {
  return `Package: doorline
Version: ${version}
Architecture: ${architecture}
Maintainer: Doorline contributors <contributors@doorline.invalid>
Installed-Size: ${Math.ceil(size / 1024)}
Depends: libc6 (>= 2.34), libstdc++6, libgcc-s1, libasound2t64 | libasound2, systemd (>= 250) | systemd-standalone-sysusers, passwd
Section: comm
Priority: optional
Description: SIP door intercom
 Turns a single-board computer into a door station, or an indoor station:
 press the bell and phones ring, talk hands-free, open the door. It needs no
 cloud, and no server where none is wanted.
 .
 The Node.js that it runs on is part of the package.
`;
}

function addDocumentation(tree: string, version: string): void {
  const folder = 'usr/share/doc/doorline';
  write(tree, `${folder}/README.md`, readFileSync(join(root, 'README.md')));
  cpSync(join(root, 'docs'), join(tree, folder, 'docs'), {recursive: true});
  for (const file of pathsIn(join(tree, folder)))
    chmodSync(file, statSync(file).isDirectory() ? 0o755 : 0o644);
  write(tree, `${folder}/copyright`, copyrightOf(tree));
  const date = new Date(lastChange() * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `doorline (${version}) unstable; urgency=medium\n\n  * See the project's history.\n\n -- Doorline contributors <contributors@doorline.invalid>  ${date}\n`;
  write(tree, `${folder}/changelog.gz`, gzipSync(entry, {level: 9}));
}

/** The time of the last commit, in seconds since 1970; 1 in a tree that has none. */
function lastChange(): number {
  if (!existsSync(join(root, '.git'))) return 1;
  return Number(execFileSync('git', ['-C', root, 'log', '-1', '--format=%ct'], {encoding: 'utf8'}));
}

function write(tree: string, path: string, content: string | Uint8Array): void {
  mkdirSync(join(tree, path, '..'), {recursive: true});
  writeFileSync(join(tree, path), content, {mode: 0o644});
}

function pathsIn(folder: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).map((path) => join(folder, path));
}

function sizeOf(folder: string): number {
  return pathsIn(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}
