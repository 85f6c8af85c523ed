import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ProcessGroup} from './processes.ts';

/** The part of vitest's test context that a run needs. */
interface TestContext {
  readonly task: {readonly name: string; readonly result?: {readonly state: string} | undefined};
  onTestFinished(callback: () => void | Promise<void>): void;
}

/** Where one test works: a folder of its own and the processes it starts. */
export interface Run {
  readonly folder: string;
  readonly processes: ProcessGroup;
  /** Called when the test ends, before the processes are ended; the last one handed in comes first. */
  atEnd(callback: () => void | Promise<void>): void;
}

/**
 * A run for a test. At the test's end its processes are ended, and the folder is removed; after a failure
 * the folder stays, and is named.
 */
export function startRun(context: TestContext): Run {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-test-'));
  const processes = new ProcessGroup();
  const callbacks: (() => void | Promise<void>)[] = [];
  context.onTestFinished(async () => {
    const problems: unknown[] = [];
    for (const callback of callbacks.reverse()) {
      try {
        await callback();
      } catch (problem) {
        problems.push(problem);
      }
    }
    await processes.end();
    if (context.task.result?.state === 'fail' || problems.length > 0) {
      process.stderr.write(`"${context.task.name}" failed; its files are in ${folder}\n`);
    } else {
      rmSync(folder, {recursive: true, force: true});
    }
    if (problems.length > 0) throw problems[0];
  });
  return {folder, processes, atEnd: (callback) => callbacks.push(callback)};
}
