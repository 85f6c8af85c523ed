/**
 * Lays the program as it is installed on a board, below a folder:
 *
 *     node tools/program.ts FOLDER [--board NAME] [--processor arm64|x64]
 */
import {rmSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {isProcessor, stageProgram} from './program/stage.ts';

const usage = 'usage: node tools/program.ts FOLDER [--board NAME] [--processor arm64|x64]';

async function main(): Promise<void> {
  const {values, positionals} = parseArgs({
    options: {
      board: {type: 'string', default: 'simulated'},
      processor: {type: 'string', default: process.arch},
    },
    allowPositionals: true,
  });
  const [folder] = positionals;
  const {board, processor} = values;
  if (folder === undefined || positionals.length > 1 || !isProcessor(processor)) throw new Error(usage);
  rmSync(folder, {recursive: true, force: true});
  await stageProgram(folder, {processor, board});
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
