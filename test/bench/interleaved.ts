/** Something to be measured: does one batch of work and tells how many operations that were. */
export type Batch = () => number;

const rounds = 7;
const roundMilliseconds = 150;

/**
 * Operations per second of each batch: the median of 7 rounds in which the batches take turns, so that a
 * slow moment of the machine falls on all of them. A round is at most about 150 ms a batch.
 */
export function measureInterleaved<Name extends string>(batches: Record<Name, Batch>): Record<Name, number> {
  const names = Object.keys(batches) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) runFor(batches[name], roundMilliseconds);
  for (let round = 0; round < rounds; round++) {
    for (const name of names) figures[name].push(runFor(batches[name], roundMilliseconds));
  }
  return Object.fromEntries(names.map((name) => [name, median(figures[name])])) as Record<Name, number>;
}

function runFor(batch: Batch, milliseconds: number): number {
  const start = performance.now();
  let operations = 0;
  let elapsed = 0;
  do {
    operations += batch();
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (operations / elapsed) * 1000;
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!;
}
