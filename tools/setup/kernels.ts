import {cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {busyboxOf, findKernel, imageOf, type Kernel, kernels, modulesOf} from '../vm/kernels.ts';
import {sayTenths} from './apt.ts';
import {ForeignPackages, must} from './foreign-packages.ts';

const simulators = fileURLToPath(new URL('../vm/simulators', import.meta.url));
/** Simulated hardware that a kernel was built without: its source has it. */
const SOURCES = ['drivers/gpio/gpio-sim.c', 'kernel/irq/irq_sim.c', 'drivers/leds/uleds.c'];

/**
 * Fetches the kernels of the virtual machine that are not there yet. Nothing is installed, and no root is needed; some 400 MB
 * are fetched, and half of that is kept.
 * @returns for each that cannot be had the reason, in words.
 */
export async function fetchKernels(say: (line: string) => void): Promise<string[]> {
  const obstacles: string[] = [];
  for (const kernel of kernels.filter(({name}) => findKernel(name) === undefined)) {
    const making = `${kernel.folder}.making`;
    rmSync(making, {recursive: true, force: true});
    try {
      await fetchKernel({...kernel, folder: making}, say);
      rmSync(kernel.folder, {recursive: true, force: true});
      renameSync(making, kernel.folder);
    } catch (error) {
      obstacles.push(`The kernel ${kernel.name} could not be had: ${(error as Error).message}.`);
    }
    rmSync(making, {recursive: true, force: true});
  }
  return obstacles;
}

async function fetchKernel(kernel: Kernel, say: (line: string) => void): Promise<void> {
  if (process.arch !== 'x64') throw new Error('the virtual machine is made for x64');
  const packages = join(kernel.folder, 'packages');
  const unpacked = join(kernel.folder, 'unpacked');
  const debian = await ForeignPackages.open(packages, {release: kernel.release, beside: 'backports'});
  const depends = await debian.dependencies('linux-image-amd64', `${kernel.release}-backports`);
  const image = depends.find((name) => /^linux-image-\d/.test(name));
  if (image === undefined) throw new Error(`the backports for ${kernel.release} have none`);
  const version = image.slice('linux-image-'.length);
  say(`Fetching the kernel ${version} for a virtual machine ...`);
  if (kernel.name === '6.12') {
    const general = version.replace(/-amd64$/, '');
    const headers = [
      `linux-headers-${version}`,
      `linux-headers-${general}-common`,
      `linux-kbuild-${general}`,
    ];
    const parts = ['busybox-static', image, ...headers];
    await debian.fetch([...parts, 'linux-source-6.12'], sayTenths(say));
    await debian.unpack(parts, unpacked);
    say('  compiling its simulated hardware');
    const source = debian.file('linux-source-6.12');
    await compileSimulators({source, root: unpacked, version, kernel});
  } else {
    const parts = ['busybox-static', `linux-binary-${version}`, `linux-modules-${version}`];
    await debian.fetch(parts, sayTenths(say));
    await debian.unpack(parts, unpacked);
  }
  const modules = firstOf(unpacked, [`lib/modules/${version}`, `usr/lib/modules/${version}`]);
  cpSync(join(modules, 'kernel'), modulesOf(kernel), {recursive: true});
  cpSync(firstOf(unpacked, ['bin/busybox', 'usr/bin/busybox']), busyboxOf(kernel));
  cpSync(
    firstOf(unpacked, [`boot/vmlinuz-${version}`, `usr/lib/modules/${version}/vmlinuz`]),
    imageOf(kernel),
  );
  for (const folder of [packages, unpacked]) rmSync(folder, {recursive: true});
}

/** The first of several files or folders that is there: distributions move them. */
function firstOf(root: string, paths: readonly string[]): string {
  const found = paths.map((path) => join(root, path)).find(existsSync);
  if (found === undefined) throw new Error(`the packages have no ${paths.join(' and no ')}`);
  return found;
}

/** Compiles the modules that a kernel lacks, from its source and our own, with the headers that are unpacked in `root`. */
async function compileSimulators({
  source,
  root,
  version,
  kernel,
}: {
  source: string;
  root: string;
  version: string;
  kernel: Kernel;
}): Promise<void> {
  const into = modulesOf(kernel);
  mkdirSync(into, {recursive: true});
  const work = join(root, 'simulators');
  cpSync(simulators, work, {recursive: true});
  // The archive is read no further than needed, so all but the last program are cut off.
  const extract =
    'dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout ./usr/src/linux-source-6.12.tar.xz | xz --decompress --stdout | ' +
    'tar --extract --directory "$2" --occurrence=1 --transform "s,.*/,," "$3" "$4" "$5"';
  const files = SOURCES.map((file) => `linux-source-6.12/${file}`);
  await must(['sh', '-c', extract, 'sh', source, work, ...files]);
  // The headers expect to be installed: their one absolute path is turned to where they are.
  const headers = join(root, `usr/src/linux-headers-${version}`);
  const makefile = join(headers, 'Makefile');
  writeFileSync(makefile, readFileSync(makefile, 'utf8').replace('/usr/src/', `${join(root, 'usr/src')}/`));
  const settings = ['CC=gcc', 'CROSS_COMPILE=', 'CONFIG_DEBUG_INFO_BTF_MODULES='];
  await must(['make', '-C', headers, `M=${work}`, ...settings, 'modules']);
  for (const name of kernel.compiled) {
    await must(['strip', '--strip-debug', '-o', join(into, `${name}.ko`), join(work, `${name}.ko`)]);
  }
}
