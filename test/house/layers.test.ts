import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

/** Who may know whom. The words are shown when a rule breaks. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['firmware', 'hal', 'boards', 'tools'];
const sipLayers = ['message', 'transport', 'transaction', 'dialog', 'agent'];
const compositionRoots = [
  'firmware/main.ts',
  'firmware/configuration.ts',
  'firmware/media-main.ts',
  'firmware/telephone.ts',
  'firmware/system.ts',
  'firmware/commands/audio.ts',
  'firmware/commands/board.ts',
  'firmware/commands/first-boot.ts',
];

interface Import {
  from: string;
  to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), {withFileTypes: true, recursive: true})
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'));
}

const imports: Import[] = rooms.flatMap(sourceFiles).flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8');
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]*)['"]/g);
  return Array.from(specifiers, ([, path]) => ({
    from,
    to: relative(root, resolve(root, dirname(from), path as string)),
  }));
});

function within(folder: string): (file: string) => boolean {
  return (file) => file === folder || file.startsWith(`${folder}/`);
}

function broken(rule: (imported: Import) => boolean): string[] {
  return imports.filter(rule).map(({from, to}) => `${from} imports ${to}`);
}

test('there are imports to judge', () => {
  expect(imports.length).toBeGreaterThan(0);
});

test('hal/ and boards/ know nothing of firmware/', () => {
  const lower = [within('hal'), within('boards')];
  expect(broken(({from, to}) => lower.some((room) => room(from)) && within('firmware')(to))).toEqual([]);
});

test('firmware/ knows hal/hal.ts only; the programs at its top pick the hardware', () => {
  expect(
    broken(
      ({from, to}) =>
        within('firmware')(from) &&
        !compositionRoots.includes(from) &&
        (within('hal')(to) || within('boards')(to)) &&
        to !== 'hal/hal.ts',
    ),
  ).toEqual([]);
});

test('inside sip/ a layer knows only those below it: message < transport < transaction < dialog < agent', () => {
  const layer = (file: string) => sipLayers.findIndex((name) => within(`firmware/sip/${name}`)(file));
  expect(broken(({from, to}) => layer(from) >= 0 && layer(to) > layer(from))).toEqual([]);
});

test('dns, sdp, stun, rtp and audio know nothing of sip, station or web', () => {
  const lower = ['dns', 'sdp', 'stun', 'rtp', 'audio'].map((room) => within(`firmware/${room}`));
  const upper = ['sip', 'station', 'web', 'config'].map((room) => within(`firmware/${room}`));
  expect(broken(({from, to}) => lower.some((room) => room(from)) && upper.some((room) => room(to)))).toEqual(
    [],
  );
});

test('sip knows nothing of audio, station or web', () => {
  const upper = ['audio', 'station', 'web', 'config'].map((room) => within(`firmware/${room}`));
  expect(broken(({from, to}) => within('firmware/sip')(from) && upper.some((room) => room(to)))).toEqual([]);
});

test('station knows no SIP syntax: of sip/ only the agent', () => {
  expect(
    broken(
      ({from, to}) =>
        within('firmware/station')(from) && within('firmware/sip')(to) && !within('firmware/sip/agent')(to),
    ),
  ).toEqual([]);
});

test('nothing that runs on the board imports from tools/ or test/', () => {
  const board = [within('firmware'), within('hal'), within('boards')];
  expect(
    broken(({from, to}) => board.some((room) => room(from)) && (within('tools')(to) || within('test')(to))),
  ).toEqual([]);
});

test('no circles', () => {
  const next = Map.groupBy(imports, ({from}) => from);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      return;
    }
    if (done.has(file)) return;
    for (const {to} of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
