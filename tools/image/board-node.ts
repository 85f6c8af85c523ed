import {cpSync, existsSync, mkdirSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {must} from '../setup/foreign-packages.ts';
import {built} from './layout.ts';

/** Takes from the board's Node.js, where the program has put it, the symbols that only debuggers need: an eighth of it. */
export async function stripNode(tree: string, version: string): Promise<void> {
  const node = join(tree, 'usr/lib/doorline/node');
  const stripped = join(built, `node-${version}`);
  if (!existsSync(stripped)) {
    mkdirSync(built, {recursive: true});
    const strip = process.arch === 'arm64' ? 'strip' : 'aarch64-linux-gnu-strip';
    await must([strip, '-o', `${stripped}.making`, node]);
    renameSync(`${stripped}.making`, stripped);
  }
  cpSync(stripped, node);
}
