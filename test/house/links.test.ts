import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

test.each(documents)('each link in %s leads to a file of the project, and to a heading in it', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  const broken = links
    .map(([, path = '', anchor]) => ({file: path === '' ? document : join(dirname(document), path), anchor}))
    .filter(
      ({file, anchor}) =>
        !existsSync(join(root, file)) || (anchor !== undefined && !anchorsIn(file).includes(anchor)),
    );
  expect(broken).toEqual([]);
});

/** The headings of a document, as links name them: in small letters, with hyphens for spaces and without punctuation. */
function anchorsIn(file: string): string[] {
  const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
