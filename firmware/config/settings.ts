import {failure, type Result, success} from '../base/result.ts';
import {writeWhole} from '../base/write-whole.ts';
import {editTargets} from './edit-targets.ts';
import {parseConfig} from './load-config.ts';
import type {ConfigProblem} from './problem.ts';
import {secretsBeside} from './secrets.ts';
import {readTextFile} from './text-file.ts';
import type {BoardWiring} from './wiring.ts';

/** Why a setting was not changed: `bad` what was asked for, `disk` the file cannot be read or written. */
export interface SettingsFailure {
  readonly code: 'bad' | 'disk';
  readonly text: string;
}

/** The configuration file, as far as the page changes it: through the same checks as at the start, whole or not at all. */
export class Settings {
  readonly #file: string;
  readonly #boards: ReadonlyMap<string, BoardWiring>;

  constructor(file: string, boards: ReadonlyMap<string, BoardWiring>) {
    this.#file = file;
    this.#boards = boards;
  }

  /** Sets whom a button calls. Returns the targets as they stand in the file now. */
  setTargets(button: string, targets: readonly string[]): Result<readonly string[], SettingsFailure> {
    const text = readTextFile(this.#file);
    if (!text.ok) return failure({code: 'disk', text: `The configuration ${text.error}.`});
    const edited = editTargets(text.value, button, targets);
    if (edited === undefined) {
      return failure({code: 'bad', text: `There is no button "${button}" in the configuration.`});
    }
    const problems: ConfigProblem[] = [];
    const config = parseConfig(edited, this.#file, this.#boards, secretsBeside(this.#file, problems));
    if (!config.ok) return failure({code: 'bad', text: inWords(config.error, targets)});
    if (problems.length > 0) return failure({code: 'bad', text: inWords(problems, targets)});
    try {
      writeWhole(this.#file, edited);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      return failure({
        code: 'disk',
        text: `The configuration cannot be written (${code}): nothing was changed.`,
      });
    }
    return success(config.value.buttons.find(({name}) => name === button)?.call ?? []);
  }
}

/** The first problem, by the target where it is one; the file itself is not what the reader of the page looks at. */
function inWords([problem]: readonly ConfigProblem[], targets: readonly string[]): string {
  const {key, message} = problem!;
  const index = /^buttons\.\d+\.call\.(\d+)$/.exec(key)?.[1];
  return index === undefined
    ? `${key || 'The configuration'} ${message}.`
    : `"${targets[Number(index)]}" ${message}.`;
}
