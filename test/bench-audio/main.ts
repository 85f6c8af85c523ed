/**
 * `make bench-audio`: the quality of sound beside its anchors, a table on the terminal and `build/bench-audio.json`.
 * Name parts of file names to run only those: `node test/bench-audio/main.ts jitter`.
 */
import {runBenchmarks} from '../bench/run-benchmarks.ts';

await runBenchmarks(new URL('.', import.meta.url), process.argv.slice(2), 'bench-audio.json');
