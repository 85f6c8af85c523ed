import {boardCalled, boards} from '../../boards/index.ts';
import {readMachine} from '../../hal/linux/device-tree.ts';
import {firstBoot as run} from '../device/first-boot.ts';

/**
 * `doorline first-boot`: what a board with an image does before its station starts. Exit code 0, also for settings that are
 * wrong: the station starts without them; 1 where the disk cannot be written; 2 where the board is unknown.
 */
export async function firstBoot({
  from,
  to,
  board,
}: {
  from: string;
  to: string;
  board?: string | undefined;
}): Promise<number> {
  const found = boardCalled(readMachine()?.compatible ?? []) ?? boards.get(board ?? '');
  if (!found) {
    process.stderr.write(
      `Which board this is cannot be seen. Name it: --board ${[...boards.keys()].join(', ')}\n`,
    );
    return 2;
  }
  try {
    await run({from, to, board: found, boards, say: (text) => console.log(text)});
    return 0;
  } catch (error) {
    process.stderr.write(`first-boot: ${(error as Error).message}\n`);
    return 1;
  }
}
