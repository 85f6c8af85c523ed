/**
 * Bundles what runs on the board.
 *
 *     node tools/build.ts page                       the web page, into build/page
 *     node tools/build.ts firmware [--board NAME]    program, page, board file and licences, into build/firmware
 */
import {copyFile, cp, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {type BuildOptions, build as bundle} from 'esbuild';
import {bundledPackages, installedPackages, licences} from './licences.ts';

const root = new URL('../', import.meta.url);
const usage = 'Usage: node tools/build.ts page | firmware [--board NAME]';
/** Packages with native code: they cannot be part of a bundle. */
const unbundled = ['koffi', 'serialport'];

const page = new URL('firmware/web/page/', root);
const builtPage = new URL('build/page/', root);
const builtFirmware = new URL('build/firmware/', root);

/**
 * Builds the page, or the deployable bundle for a board.
 * Rejects with words for people when the board does not exist or a source file has an error.
 */
export async function build(what: 'page' | 'firmware', board = 'simulated'): Promise<void> {
  if (what === 'page') await buildPage();
  else await buildFirmware(board);
}

/** Returns the packages that are in it. */
async function buildPage(): Promise<string[]> {
  await rm(builtPage, {recursive: true, force: true});
  await mkdir(builtPage, {recursive: true});
  const packages = await run({
    entryPoints: [path(new URL('main.tsx', page)), path(new URL('page.css', page))],
    outdir: path(builtPage),
    target: ['chrome123', 'firefox128', 'safari17.5'],
    platform: 'browser',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
  });
  for (const file of ['index.html', 'icon.svg']) {
    await copyFile(new URL(file, page), new URL(file, builtPage));
  }
  return packages;
}

async function buildFirmware(board: string): Promise<void> {
  const boards = (await readdir(new URL('boards/', root)))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -'.ts'.length));
  if (!boards.includes(board)) {
    throw new Error(`There is no board "${board}". The boards are: ${boards.join(', ')}.`);
  }
  const inPage = await buildPage();
  await rm(builtFirmware, {recursive: true, force: true});
  await mkdir(builtFirmware, {recursive: true});
  const inProgram = await run({
    entryPoints: ['firmware/cli.ts', 'firmware/media-main.ts'].map((file) => path(new URL(file, root))),
    outdir: path(builtFirmware),
    target: 'node24',
    platform: 'node',
    splitting: true,
    external: unbundled,
    // What CommonJS packages in the bundle expect to find.
    banner: {
      js: "import {createRequire} from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  await cp(builtPage, new URL('page/', builtFirmware), {recursive: true});
  const echo = new URL('firmware/audio/echo/', root);
  for (const file of ['speexdsp.wasm', 'speexdsp.LICENSE']) {
    await copyFile(new URL(file, echo), new URL(file, builtFirmware));
  }
  const beside = installedPackages(unbundled, path(root));
  await writeFile(new URL('licences.txt', builtFirmware), licences([...inPage, ...inProgram, ...beside]));
  await writePackage(board);
}

/** The bundle's own package.json: which board it is for, and the packages that must be installed beside it. */
async function writePackage(board: string): Promise<void> {
  const {name, version, license, type, engines, dependencies} = JSON.parse(
    await readFile(new URL('package.json', root), 'utf8'),
  ) as Record<string, unknown> & {dependencies: Record<string, string>};
  const beside = Object.fromEntries(unbundled.map((packageName) => [packageName, dependencies[packageName]]));
  const description = {name, version, license, private: true, type, engines, board, dependencies: beside};
  await writeFile(new URL('package.json', builtFirmware), `${JSON.stringify(description, null, 2)}\n`);
}

/** One run of esbuild whose rejection carries the place and the words of every error. Returns the packages that it has bundled. */
async function run(options: BuildOptions): Promise<string[]> {
  const {metafile} = await bundle({
    bundle: true,
    metafile: true,
    format: 'esm',
    logLevel: 'silent',
    absWorkingDir: path(root),
    ...options,
  }).catch((error: Error) => {
    throw new Error(error.message.trim());
  });
  return bundledPackages(metafile!, path(root));
}

function path(url: URL): string {
  return fileURLToPath(url);
}

async function main(): Promise<void> {
  const {values, positionals} = parseArgs({
    options: {board: {type: 'string', default: 'simulated'}},
    allowPositionals: true,
  });
  const [what] = positionals;
  if ((what !== 'page' && what !== 'firmware') || positionals.length > 1) throw new Error(usage);
  await build(what, values.board);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
