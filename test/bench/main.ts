/**
 * `make bench`: every benchmark beside its anchor, a table on the terminal and `build/bench.json`.
 * Name parts of file names to run only those: `node test/bench/main.ts sip`.
 */
import {runBenchmarks} from './run-benchmarks.ts';

await runBenchmarks(new URL('.', import.meta.url), process.argv.slice(2), 'bench.json');
