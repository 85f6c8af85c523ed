import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import type {BenchRow} from './bench-row.ts';

/**
 * Runs the `*.bench.ts` files of `folder` whose names contain one of `wanted` (none: all of them), one after the other,
 * and puts the results on the terminal as a table and into `report`, a file in build/.
 */
export async function runBenchmarks(folder: URL, wanted: readonly string[], report: string): Promise<void> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.bench.ts'))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

  const rows: BenchRow[] = [];
  for (const file of files) {
    process.stderr.write(`  ${file} …\n`);
    const {run} = (await import(new URL(file, folder).href)) as {run: () => Promise<BenchRow[]>};
    rows.push(...(await run()));
  }
  console.table(Object.fromEntries(rows.map((row) => [row.name, shown(row)])));
  const build = new URL('../../build/', import.meta.url);
  mkdirSync(build, {recursive: true});
  writeFileSync(new URL(report, build), `${JSON.stringify(rows, null, 2)}\n`);
}

function shown({figure, unit, anchor, ratio, goal, met}: BenchRow) {
  return {
    figure: format(figure),
    unit,
    anchor: format(anchor),
    ratio: format(ratio),
    goal,
    met: met ? 'yes' : 'NO',
  };
}

function format(figure: number | null): string {
  return figure === null ? '' : Number(figure.toPrecision(4)).toString();
}
