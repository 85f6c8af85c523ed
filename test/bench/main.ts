/**
 * `make bench`: every benchmark beside its anchor, a table on the terminal and `build/bench.json`.
 * Name parts of file names to run only those: `node test/bench/main.ts sip`.
 */
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import type {BenchRow} from './bench-row.ts';

const wanted = process.argv.slice(2);
const files = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

const rows: BenchRow[] = [];
for (const file of files) {
  process.stderr.write(`  ${file} …\n`);
  const {run} = (await import(new URL(file, import.meta.url).href)) as {run: () => Promise<BenchRow[]>};
  rows.push(...(await run()));
}

const format = (figure: number | null) => (figure === null ? '' : Number(figure.toPrecision(3)).toString());
console.table(
  Object.fromEntries(
    rows.map(({name, figure, unit, anchor, ratio, goal, met}) => [
      name,
      {
        figure: format(figure),
        unit,
        anchor: format(anchor),
        ratio: format(ratio),
        goal,
        met: met ? 'yes' : 'NO',
      },
    ]),
  ),
);

mkdirSync(new URL('../../build/', import.meta.url), {recursive: true});
writeFileSync(new URL('../../build/bench.json', import.meta.url), `${JSON.stringify(rows, null, 2)}\n`);
