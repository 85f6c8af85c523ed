/**
 * Builds what is written to a card, and what it needs:
 *
 *     node tools/image.ts build --board NAME [--accept-newer]   image, checksum, block map and update bundle, into build/image
 *     node tools/image.ts keys                                  the keys that sign updates, into keys/
 *     node tools/image.ts lock                                  writes down the versions of Debian's packages of today
 *
 * With --accept-newer an image is built also where the mirror no longer has the locked version of a package.
 */
import {parseArgs} from 'node:util';
import {buildImage} from './image/build-image.ts';
import {makeKeys} from './image/keys.ts';
import {renewLock} from './image/package-lock.ts';
import {profiles} from './image/profiles.ts';

const usage = 'Usage: node tools/image.ts build --board NAME [--accept-newer] | keys | lock';
const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const {values, positionals} = parseArgs({
    options: {board: {type: 'string'}, 'accept-newer': {type: 'boolean', default: false}},
    allowPositionals: true,
  });
  const [what] = positionals;
  if (what === 'build' && values.board !== undefined) {
    await buildImage({board: values.board, acceptNewer: values['accept-newer'], say});
  } else if (what === 'keys') {
    const {authority} = await makeKeys();
    say(`The keys are made; keep their folder, and keep it to yourself. Images will trust ${authority}.`);
  } else if (what === 'lock') {
    for (const profile of Object.values(profiles)) await renewLock(profile, say);
  } else {
    throw new Error(usage);
  }
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
