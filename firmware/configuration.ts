import {boards} from '../boards/index.ts';
import {readWavFile} from '../hal/sound/wav-file.ts';
import {loadConfig} from './config/load-config.ts';
import {formatProblem} from './config/problem.ts';
import type {Config} from './config/schema.ts';

/** Reads a configuration for the boards of this build. What is wrong with it goes to stderr; then undefined. */
export function readConfiguration(file: string): Config | undefined {
  const config = loadConfig(file, boards, readWavFile);
  if (config.ok) return config.value;
  for (const problem of config.error) process.stderr.write(`${formatProblem(problem)}\n`);
  return undefined;
}
