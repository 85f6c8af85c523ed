import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll} from 'vitest';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {formatProblem} from '../../firmware/config/problem.ts';

/** One board with lines and one without. */
export const boards = new Map([
  [
    'simulated',
    {
      inputs: [{name: 'button-1'}, {name: 'button-2'}],
      outputs: [{name: 'relay-1'}, {name: 'relay-2'}],
      light: {kind: 'simulated'},
    },
  ],
  ['pc', {inputs: [], outputs: []}],
]);

/** Gone when all the tests of the file are over. */
export const folder = mkdtempSync(join(tmpdir(), 'doorline-config-'));
afterAll(() => rmSync(folder, {recursive: true}));

let count = 0;

/** Writes the files into a folder of their own; the first is the configuration. */
export function write(text: string | Uint8Array, secrets?: string): string {
  count += 1;
  const place = join(folder, String(count));
  mkdirSync(place);
  writeFileSync(join(place, 'config.yaml'), text);
  if (secrets !== undefined) writeFileSync(join(place, 'secrets.yaml'), secrets);
  return join(place, 'config.yaml');
}

/** What a configuration that must be right says. */
export function load(text: string | Uint8Array, secrets?: string) {
  const result = loadConfig(write(text, secrets), boards);
  if (!result.ok) throw new Error(result.error.map(formatProblem).join('\n'));
  return result.value;
}

/** The problems as people see them, without the folder. */
export function problems(text: string | Uint8Array, secrets?: string): string[] {
  const path = write(text, secrets);
  const result = loadConfig(path, boards);
  if (result.ok) throw new Error('it has no problems');
  return result.error.map(formatProblem).map((line) => line.replace(join(path, '..', '/'), ''));
}
