import {execFileSync} from 'node:child_process';
import type {BenchRow} from './bench-row.ts';
import {bundle} from './bundle.ts';

/** The SIP message layer beside npm `sip`. */
export async function run(): Promise<BenchRow[]> {
  const rounds = bundle(new URL('sip-message-rounds.ts', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [rounds], {encoding: 'utf8'})) as BenchRow[];
}
