/**
 * Runs the tests of this folder in a virtual machine for each kernel, both at once, because the hardware that they need is
 * simulated by kernel modules:
 *
 *     node test/hardware/main.ts [--kernel 6.12|7] [ARGUMENT OF VITEST ...]
 *
 * Inside, a test is what it is anywhere else: it sees this machine's files and programs, has the network interface lo
 * and is root. It makes the GPIO chip that it wants (support/gpio-sim.ts); sound played to hw:Loopback,0 is captured from
 * hw:Loopback,1 and the reverse. Another module is loaded by its name in tools/vm/machine.ts. Function can be tested there, timing
 * cannot: everything is emulated, some ten times slower. To look around: `node tools/vm.ts COMMAND`.
 * A file that is edited while it runs may be seen there half new.
 */
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {programs} from '../../tools/setup/programs.ts';
import {type Kernel, kernels} from '../../tools/vm/kernels.ts';
import {runInMachine} from '../../tools/vm/machine.ts';

/** With either kernel the suite takes some five minutes, more on a busy machine. */
const LONGEST = 15 * 60_000;
/** What needs modules that are compiled for one kernel only, and what is the same with any and takes long. */
const WITH_ONE_ONLY: Readonly<Record<Kernel['name'], readonly string[]>> = {
  '6.12': ['light-modules.test.ts', 'sensors.test.ts'],
  '7': ['stuck-button.test.ts'],
};
/** What lives in real time: with the newer kernel, when the other machine has ended. */
const ALONE: readonly string[] = ['latency.test.ts', 'loopback.test.ts'];
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

const [option, name, ...rest] = process.argv.slice(2);
const chosen = option === '--kernel' ? kernels.filter((kernel) => kernel.name === name) : kernels;
const vitestArguments = option === '--kernel' ? rest : process.argv.slice(2);
const say = (text: string) => process.stdout.write(text);

if (chosen.length === 0) {
  process.stderr.write(`There is no kernel "${name}": ${kernels.map((kernel) => kernel.name).join(', ')}.\n`);
  process.exitCode = 2;
}
const named = vitestArguments.length > 0;
/** Both at once: much of the time they wait. What the second says is told when the first has ended. */
let told = Promise.resolve();
await Promise.all(
  chosen.map((kernel) => {
    const before = told;
    const run = runSuite(kernel, named ? vitestArguments : testsOf(kernel), before);
    told = run;
    return run;
  }),
);
const newest = chosen.find((kernel) => kernel.name === '7');
if (newest !== undefined && !named) await runSuite(newest, ALONE, told);

/** `before` is what has to be told before anything of this one. */
async function runSuite(kernel: Kernel, tests: readonly string[], before: Promise<void>): Promise<void> {
  const needed = [programs.qemu, programs[`kernel-${kernel.name}`]];
  const missing = needed.filter((program) => program.find() === undefined).map((program) => program.name);
  let waiting: string[] | undefined = [];
  const sayInTurn = (text: string) => (waiting === undefined ? say(text) : waiting.push(text));
  const ourTurn = before.then(() => {
    say((waiting ?? []).join(''));
    waiting = undefined;
  });
  if (missing.length > 0) {
    sayInTurn(
      `Not run here: the tests of hardware with kernel ${kernel.name} (needs ${missing.join(', ')}: "node tools/setup.ts peers" fetches it)\n`,
    );
    if (process.env['REQUIRE_ALL'] === '1') process.exitCode = 1;
  } else {
    sayInTurn(`Hardware simulated by the kernel ${kernel.name}, in a virtual machine: ${tests.join(' ')}\n`);
    const run = runInMachine(programs.qemu.find()!, kernel, {
      command: [process.execPath, vitest, 'run', '--project', 'hardware', ...tests],
      folder,
      environment: {...handedOn('PATH', 'REQUIRE_ALL', 'CI'), HOME: '/root', DOORLINE_KERNEL: kernel.name},
      longest: LONGEST,
      say: sayInTurn,
    });
    const status = await run.catch((error: Error) => sayInTurn(`${error.message}\n`));
    if (status !== 0) process.exitCode = 1;
  }
  await ourTurn;
}

/** All that the kernel is needed for. */
function testsOf({name}: Kernel): string[] {
  const others = kernels
    .filter((kernel) => kernel.name !== name)
    .flatMap((kernel) => WITH_ONE_ONLY[kernel.name]);
  const left = [...others, ...ALONE];
  return readdirSync(here).filter((file) => file.endsWith('.test.ts') && !left.includes(file));
}

function handedOn(...names: string[]): Record<string, string> {
  const set = names.map((one) => [one, process.env[one]] as const);
  return Object.fromEntries(set.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
