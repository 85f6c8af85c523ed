/** Changes to the disk that are still let through before the power fails; undefined: it does not. */
export const power = {left: undefined as number | undefined};

/**
 * `node:fs` on a machine whose power fails, for `vi.mock`: from then on whatever would change the disk throws. These are all by
 * which the firmware does.
 */
export function withFailingPower(real: typeof import('node:fs')): typeof import('node:fs') {
  const cut =
    <Args extends unknown[], Value>(change: (...args: Args) => Value) =>
    (...args: Args): Value => {
      if (power.left !== undefined) {
        if (power.left === 0) throw new Error('the power has failed');
        power.left -= 1;
      }
      return change(...args);
    };
  const changing = {
    writeFileSync: cut(real.writeFileSync),
    writeSync: cut(real.writeSync as (...args: unknown[]) => number),
    renameSync: cut(real.renameSync),
    rmSync: cut(real.rmSync),
    mkdirSync: cut(real.mkdirSync as (...args: unknown[]) => string | undefined),
    fsyncSync: cut(real.fsyncSync),
  };
  return {...real, ...changing} as typeof import('node:fs');
}
