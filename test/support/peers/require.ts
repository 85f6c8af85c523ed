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
  if (missing.length > 0)
    notRunHere(context, `needs ${missing.join(', ')}: "node tools/setup.ts peers" installs it`);
}

/** Skips a test that this machine cannot run, for a reason that the summary at the end names. */
export function notRunHere(context: TestContext, reason: string): never {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(reason);
  appendFileSync(inject('notRunFile'), `${context.task.name} (${reason})\n`);
  context.skip(reason);
}

/** The file of a peer that `requirePeers` has found. */
export function peerProgram(name: ProgramName): string {
  const path = programs[name].find();
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
