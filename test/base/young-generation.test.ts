import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';

const program = fileURLToPath(new URL('../support/young-generation.ts', import.meta.url));

/** MB that the young generation of a process has when 100,000 objects have been in use at a time, again and again. */
async function youngGeneration(...options: string[]): Promise<number> {
  const {stdout} = await promisify(execFile)(process.execPath, [program, ...options]);
  return Number(stdout);
}

test('the young generation does not grow with what is in use', async () => {
  const [grown, stopped] = await Promise.all([youngGeneration(), youngGeneration('stopped')]);
  expect(stopped).toBeLessThan(grown / 2);
});
