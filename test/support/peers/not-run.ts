import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestProject} from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests that could not run leave a line. */
    notRunFile: string;
  }
}

/** vitest's global set-up of the suite with real peers: at its end it names what could not run here, and why. */
export default function collectNotRun(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-not-run-'));
  const file = join(folder, 'tests');
  project.provide('notRunFile', file);
  return () => {
    if (existsSync(file)) {
      const tests = readFileSync(file, 'utf8').trim().split('\n');
      process.stdout.write(`\nnot run here:\n${tests.map((test) => `  ${test}\n`).join('')}`);
    }
    rmSync(folder, {recursive: true});
  };
}
