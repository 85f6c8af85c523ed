import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {buildSync} from 'esbuild';
import type {BenchRow} from './bench-row.ts';

/**
 * The SIP message layer beside npm `sip`, bundled as the firmware for a board is. Run from its sources Node would
 * load its type stripper, which detaches buffers, and from then on every access to any buffer is checked for that.
 */
export async function run(): Promise<BenchRow[]> {
  const bundle = fileURLToPath(new URL('../../build/bench/sip-message-rounds.mjs', import.meta.url));
  buildSync({
    entryPoints: [fileURLToPath(new URL('sip-message-rounds.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return JSON.parse(execFileSync(process.execPath, [bundle], {encoding: 'utf8'})) as BenchRow[];
}
