import {installPeers} from './setup/peers.ts';

/** `node tools/setup.ts peers`: what `make test` needs beside Node, by apt. */
const [what] = process.argv.slice(2);

if (what === 'peers') {
  const missing = await installPeers((line) => process.stdout.write(`${line}\n`));
  if (missing.length > 0 && process.env['REQUIRE_ALL'] === '1') process.exitCode = 1;
} else {
  process.stderr.write('usage: node tools/setup.ts peers\n');
  process.exitCode = 2;
}
