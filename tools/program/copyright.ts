import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const licence = fileURLToPath(new URL('../../LICENSE', import.meta.url));

/** What is said of authors and licences where the program is given to others: all but Node.js's, which is long and beside it. */
export function copyrightOf(tree: string): string {
  const program = (file: string) => readFileSync(join(tree, 'usr/lib/doorline', file), 'utf8');
  const parts = [
    `${readFileSync(licence, 'utf8')}\nNode.js and the parts in it have their licences in /usr/lib/doorline/node.LICENSE.\n`,
    `The echo canceller is built from speexdsp:\n\n${program('speexdsp.LICENSE')}`,
    `Of others are these packages:\n\n${program('licences.txt')}`,
  ];
  return parts.join('\n\n');
}
