/**
 * Builds a Debian package, for those who keep the system that they have:
 *
 *     node tools/deb.ts --board NAME [--processor arm64|x64]
 *
 * Without a processor it is the board's: arm64 for single-board computers, else that of this machine.
 */
import {statSync} from 'node:fs';
import {relative} from 'node:path';
import {parseArgs} from 'node:util';
import {boards} from '../boards/index.ts';
import {buildDeb} from './deb/build-deb.ts';
import {inUnits} from './flash/units.ts';
import {isProcessor} from './program/stage.ts';

const usage = 'usage: make deb BOARD=NAME [PROCESSOR=arm64|x64]';

async function main(): Promise<void> {
  const {values} = parseArgs({options: {board: {type: 'string'}, processor: {type: 'string'}}});
  const {board} = values;
  if (board === undefined) throw new Error(usage);
  const isSingleBoard = (boards.get(board)?.compatible.length ?? 0) > 0;
  const processor = values.processor ?? (isSingleBoard ? 'arm64' : process.arch);
  if (!isProcessor(processor)) throw new Error(usage);
  const file = await buildDeb({board, processor});
  console.log(`${relative(process.cwd(), file)}  ${inUnits(statSync(file).size)}`);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
