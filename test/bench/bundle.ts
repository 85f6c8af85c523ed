import {basename} from 'node:path';
import {fileURLToPath} from 'node:url';
import {buildSync} from 'esbuild';

/**
 * Bundles a program as the firmware for a board is, and returns the bundle's file. Run from its sources Node would
 * load its type stripper, which detaches buffers, and from then on every access to any buffer is checked for that.
 */
export function bundle(program: URL): string {
  const source = fileURLToPath(program);
  const name = basename(source, '.ts');
  const outfile = fileURLToPath(new URL(`../../build/bench/${name}.mjs`, import.meta.url));
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
