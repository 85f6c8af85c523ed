/**
 * Runs a command on this machine's files under another kernel, in a virtual machine that has a simulated GPIO chip to
 * be set up (configfs) and a sound card whose playback is its capture:
 *
 *     node tools/vm.ts [--kernel 6.12|7] COMMAND [ARGUMENT ...]
 *
 * What the command writes is gone when it ends. `node tools/setup.ts peers` fetches QEMU and the kernels.
 */
import {parseArgs} from 'node:util';
import {findProgram} from './setup/programs.ts';
import {findKernel, kernels} from './vm/kernels.ts';
import {runInMachine} from './vm/machine.ts';

const LONGEST = 30 * 60_000;
const {values, positionals} = parseArgs({
  options: {kernel: {type: 'string', default: '7'}},
  // The options of the command are its own.
  args: ownArguments(process.argv.slice(2)),
  allowPositionals: true,
});
const kernel = kernels.find(({name}) => name === values.kernel);
const qemu = findProgram('qemu-system-x86_64');

if (kernel === undefined || positionals.length === 0) {
  process.stderr.write(
    `usage: node tools/vm.ts [--kernel ${kernels.map(({name}) => name).join('|')}] COMMAND …\n`,
  );
  process.exitCode = 2;
} else if (qemu === undefined || findKernel(kernel.name) === undefined) {
  process.stderr.write('QEMU or the kernel is missing: "node tools/setup.ts peers" fetches them.\n');
  process.exitCode = 1;
} else {
  process.exitCode = await runInMachine(qemu, kernel, {
    command: positionals,
    folder: process.cwd(),
    environment: {PATH: process.env['PATH'] ?? '', HOME: '/root'},
    longest: LONGEST,
    say: (text) => process.stdout.write(text),
  });
}

/** Puts the end of our own options where the command begins. */
function ownArguments(args: readonly string[]): string[] {
  const start = args[0] === '--kernel' ? 2 : 0;
  return [...args.slice(0, start), '--', ...args.slice(start)];
}
