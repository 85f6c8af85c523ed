import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ProcessGroup} from '../support/processes.ts';
import type {Run} from '../support/run-folder.ts';

/** A folder and processes for a benchmark, and what ends them. */
export function openRun(): {run: Run; end(): Promise<void>} {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-bench-'));
  const processes = new ProcessGroup();
  const callbacks: (() => void | Promise<void>)[] = [];
  return {
    run: {folder, processes, atEnd: (callback) => callbacks.push(callback)},
    async end() {
      for (const callback of callbacks.reverse()) await callback();
      await processes.end();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
