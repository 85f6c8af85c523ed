import {fileURLToPath} from 'node:url';
import {test} from 'vitest';
import {kernels} from '../../tools/vm/kernels.ts';
import {runInMachine} from '../../tools/vm/machine.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';

const holder = fileURLToPath(new URL('../hardware/support/watchdog-holder.ts', import.meta.url));
const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the holder in a virtual machine whose kernel has a watchdog that starts it anew; what came of it. */
async function run(how: 'feed' | 'hang') {
  let output = '';
  const ended = runInMachine(peerProgram('qemu'), kernels.find(({name}) => name === '7')!, {
    command: [process.execPath, holder, how],
    folder,
    environment: {PATH: process.env['PATH'] ?? '', HOME: '/root'},
    longest: 240_000,
    say: (text) => {
      output += text;
    },
  });
  const result = await ended.then(String, (error: Error) => error.message);
  return {result, output};
}

test.concurrent('a machine whose media thread hangs is started anew by its watchdog', async (context) => {
  const {expect} = context;
  requirePeers(context, 'qemu', 'kernel-7');
  const {result, output} = await run('hang');
  expect(output).toContain('the watchdog waits 15000 ms');
  expect(output).not.toContain('the machine lives');
  expect(result).toMatch(/ended without a result[\s\S]*softdog: Initiating system reboot/);
}, 300_000);

test.concurrent('one whose threads work is not, and neither is it when the watch has ended', async (context) => {
  const {expect} = context;
  requirePeers(context, 'qemu', 'kernel-7');
  const {result, output} = await run('feed');
  expect(output).toContain('the machine lives');
  expect(output).toContain('the watch has ended');
  expect(result).toBe('0');
}, 300_000);
