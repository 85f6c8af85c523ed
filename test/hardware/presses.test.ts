/** What somebody does with a button, by the kernel's own times of the edges. */
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, test, vi} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {ButtonWatch} from '../../firmware/station/button-watch.ts';
import {button, type DriverName, openButton} from './support/gpio-board.ts';

const PATIENCE = 10_000;

for (const driver of ['the character device', 'sysfs'] as const satisfies DriverName[]) {
  describe(driver, () => {
    /** A button without lock-out, and what is told of it. */
    function watchButton(context: Parameters<typeof openButton>[0]) {
      const {sim, input} = openButton(context, driver, {...button, lockOutMs: 0});
      const told: string[] = [];
      const watch = new ButtonWatch(input, clock, {
        pressed: () => told.push('pressed'),
        gesture: (gesture) => told.push(gesture),
        stuck: () => told.push('stuck'),
        moved: () => {},
      });
      context.onTestFinished(() => watch.close());
      return {sim, told, watch};
    }

    test('two presses shortly after each other are a double one', async (context) => {
      const {sim, told, watch} = watchButton(context);
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(told).toEqual(['pressed']), PATIENCE);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(watch.pressed).toBe(false), PATIENCE);
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(told).toEqual(['pressed', 'pressed', 'double']), PATIENCE);
      sim.pull('GPIO17', 'up');
    });

    test('two presses with a second between them are two', async (context) => {
      const {sim, told, watch} = watchButton(context);
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(told).toEqual(['pressed']), PATIENCE);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(watch.pressed).toBe(false), PATIENCE);
      await wait(1_000);
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(told).toEqual(['pressed', 'pressed']), PATIENCE);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(watch.pressed).toBe(false), PATIENCE);
      expect(told).toHaveLength(2);
    });

    test('a press that goes on is told to be a long one while it lasts', async (context) => {
      const {sim, told, watch} = watchButton(context);
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(told).toEqual(['pressed', 'long']), PATIENCE);
      expect(watch.pressed).toBe(true);
      sim.pull('GPIO17', 'up');
      await vi.waitFor(() => expect(watch.pressed).toBe(false), PATIENCE);
    });

    test('a press that comes within the lock-out of another and is over before its end is none', async (context) => {
      const {sim, levels, input} = openButton(context, driver, {...button, lockOutMs: 4_000});
      const press = async (until: boolean[]) => {
        sim.pull('GPIO17', 'down');
        await wait(300);
        sim.pull('GPIO17', 'up');
        await wait(300);
        await vi.waitFor(() => expect(levels()).toEqual(until), PATIENCE);
      };
      await press([true, false]);
      await press([true, false]);
      // One that is still held when the lock-out ends is meant.
      sim.pull('GPIO17', 'down');
      await vi.waitFor(() => expect(levels()).toEqual([true, false, true]), PATIENCE);
      expect(input.glitches).toBe(0);
      sim.pull('GPIO17', 'up');
    });
  });
}
