import {appendFileSync} from 'node:fs';
import {inject} from 'vitest';
import {type ProgramName, programs} from '../../../tools/setup/programs.ts';

/** The part of vitest's test context that is needed here. */
interface TestContext {
  readonly task: {readonly name: string};
  skip(note?: string): never;
}

/**
 * For the first line of a test that needs real peers. Where one is not installed the test is skipped, and the
 * summary at the end names both; with REQUIRE_ALL=1 the test fails.
 */
export function requirePeers(context: TestContext, ...names: ProgramName[]): void {
  const missing = names.filter((name) => programs[name].find() === undefined);
  if (missing.length === 0) return;
  if (process.env['REQUIRE_ALL'] === '1') {
    throw new Error(`not installed: ${missing.join(', ')}. "node tools/setup.ts peers" installs it.`);
  }
  appendFileSync(inject('notRunFile'), `${JSON.stringify({test: context.task.name, missing})}\n`);
  context.skip(`${missing.join(', ')} not installed`);
}

/** The file of a peer that `requirePeers` has found. */
export function peerProgram(name: ProgramName): string {
  const path = programs[name].find();
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
