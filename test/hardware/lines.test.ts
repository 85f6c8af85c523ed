/** What buttons and relays do by either of the kernel's two ways to their lines. */
import {fileURLToPath} from 'node:url';
import {describe, expect, test, vi} from 'vitest';
import {board as virtualMachine} from '../../boards/virtual-machine.ts';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {startRun} from '../support/run-folder.ts';
import {button, makeSim, openBoard, openButton} from './support/gpio-board.ts';

const relayHolder = fileURLToPath(new URL('support/relay-holder.ts', import.meta.url));
const [relay] = virtualMachine.outputs;

for (const driver of ['the character device', 'sysfs'] as const) {
  describe(driver, () => {
    test('a button that closes to ground is pressed, and released', async (context) => {
      const {sim, input, changes, levels} = openButton(context, driver);
      expect(input.active).toBe(false);
      const start = clock.now();
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(changes).toHaveLength(1), 10_000);
      expect(input.active).toBe(true);
      expect(changes[0]![1] - start).toBeGreaterThanOrEqual(button.debounceMs);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(levels()).toEqual([true, false]), 10_000);
    });

    test('a button that is held while the board opens is pressed from the start, and that is no change', async (context) => {
      const sim = makeSim(context, driver);
      sim.pull('GPIO17', 'down');
      // The simulated chip takes a bias for the pull of the contact.
      const unbiased = {...button, pin: {...button.pin!, bias: 'none'}} as const;
      const input = openBoard(context, {inputs: [unbiased]}).inputs.get('button-1')!;
      const changes: boolean[] = [];
      input.onChange = (active) => changes.push(active);
      expect(input.active).toBe(true);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(changes).toEqual([false]), 10_000);
    });

    test('an output is off when the board opens, follows what it is set to, and is off when it closes', (context) => {
      const sim = makeSim(context, driver);
      sim.pull('GPIO23', 'up');
      const board = openBoard(context);
      const output = board.outputs.get('relay-1')!;
      expect([output.active, sim.level('GPIO23')]).toEqual([false, 'low']);
      output.set(true);
      expect([output.active, sim.level('GPIO23')]).toEqual([true, 'high']);
      output.set(false);
      expect([output.active, sim.level('GPIO23')]).toEqual([false, 'low']);
      output.set(true);
      sim.pull('GPIO23', 'down');
      board.close();
      output.set(true);
      expect([output.active, sim.level('GPIO23')]).toEqual([false, 'low']);
    });

    test('outputs that switch on at low, or are inverted, are high while they are off', (context) => {
      const sim = makeSim(context, driver);
      const low = {name: 'relay-2', pin: {line: 'GPIO24', header: 18, active: 'low'}} as const;
      const board = openBoard(context, {outputs: [{...relay!, inverted: true}, low]});
      const levels = () => ['GPIO23', 'GPIO24'].map((line) => sim.level(line));
      expect(levels()).toEqual(['high', 'high']);
      for (const output of board.outputs.values()) output.set(true);
      expect(levels()).toEqual(['low', 'low']);
      for (const output of board.outputs.values()) output.set(false);
      expect(levels()).toEqual(['high', 'high']);
    });

    test('a board keeps no program from ending, and its outputs are off then', async (context) => {
      const sim = makeSim(context, driver);
      const run = startRun(context);
      const holder = run.processes.start(process.execPath, [relayHolder, 'end']);
      expect(await holder.waitForExit(40_000)).toBe(0);
      expect(holder.output).toContain('the relay is on');
      expect(sim.level('GPIO23')).toBe('low');
    });

    test.for([
      {resistor: 'down', left: driver === 'sysfs' ? 'high' : 'low'},
      {resistor: 'up', left: 'high'},
    ] as const)(
      'a killed program leaves a relay $left that its resistor pulls $resistor, and the next one switches it off',
      async ({resistor, left}, context) => {
        const sim = makeSim(context, driver);
        sim.pull('GPIO23', resistor);
        const run = startRun(context);
        const holder = run.processes.start(process.execPath, [relayHolder]);
        await holder.waitForOutput(/the relay is on/, 40_000);
        expect(sim.level('GPIO23')).toBe('high');
        holder.signal('SIGKILL');
        await holder.waitForExit(10_000);
        await vi.waitFor(() => expect(sim.level('GPIO23')).toBe(left), 10_000);
        openBoard(context);
        expect(sim.level('GPIO23')).toBe('low');
      },
    );
  });
}
