import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {ReadRecording} from '../audio/own-sounds.ts';
import {failure, type Result, success} from '../base/result.ts';
import {writeTogether} from '../base/write-together.ts';
import {writeWhole} from '../base/write-whole.ts';
import {type Backup, withoutSecrets} from './backup.ts';
import {editTargets} from './edit-targets.ts';
import {parseConfig} from './load-config.ts';
import {type ConfigProblem, shown} from './problem.ts';
import {SECRETS_FILE, secretsBeside, withSecrets} from './secrets.ts';
import {decodeText, readTextFile} from './text-file.ts';
import type {BoardWiring} from './wiring.ts';
import type {SecretLookup} from './yaml-tree.ts';

/** Why a setting was not changed: `bad` what was asked for, `disk` the file cannot be read or written. */
export interface SettingsFailure {
  readonly code: 'bad' | 'disk';
  readonly text: string;
  /** The secrets that have to be given as well. */
  readonly missing?: readonly string[];
}

/** Problems that are told at once. */
const TOLD = 10;

/** The configuration file, as far as the page changes it: through the same checks as at the start, whole or not at all. */
export class Settings {
  readonly #file: string;
  readonly #boards: ReadonlyMap<string, BoardWiring>;
  readonly #data: string;
  readonly #readRecording: ReadRecording;

  /** `data` is the data folder, as the station that runs has it; `readRecording` as for `loadConfig`. */
  constructor(
    file: string,
    boards: ReadonlyMap<string, BoardWiring>,
    data: string,
    readRecording: ReadRecording,
  ) {
    this.#file = file;
    this.#boards = boards;
    this.#data = data;
    this.#readRecording = readRecording;
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
    const kept = written(() => writeWhole(this.#file, edited));
    if (!kept.ok) return kept;
    return success(config.value.buttons.find(({name}) => name === button)?.call ?? []);
  }

  /** The configuration for a backup, without its secrets. */
  backup(): Result<Backup, SettingsFailure> {
    const text = readTextFile(this.#file);
    if (!text.ok) return failure({code: 'disk', text: `The configuration ${text.error}.`});
    const backup = withoutSecrets(text.value);
    return backup
      ? success(backup)
      : failure({code: 'disk', text: 'The configuration file is no YAML any more.'});
  }

  /**
   * Puts a backup in the place of the configuration, all of it or nothing. `secrets` are those that are not known here, and those
   * that shall be others.
   */
  restore(text: string, secrets: Readonly<Record<string, string>>): Result<undefined, SettingsFailure> {
    const readable = decodeText(Buffer.from(text));
    if (!readable.ok) return bad(`The backup ${readable.error}.`);
    const used = new Set<string>();
    const missing = new Set<string>();
    const problems: ConfigProblem[] = [];
    const known = secretsBeside(this.#file, problems);
    const secret: SecretLookup = (name) => {
      used.add(name);
      const value = Object.hasOwn(secrets, name) ? {value: secrets[name]!} : known(name);
      if ('value' in value) return value;
      missing.add(name);
      return ANY;
    };
    const config = parseConfig(text, this.#file, this.#boards, secret, this.#readRecording);
    const wrong = [...problems, ...(config.ok ? [] : config.error)];
    if (wrong.length > 0) return bad(wrong.slice(0, TOLD).map(inPlace).join(' '));
    const odd = Object.keys(secrets).find((name) => !used.has(name));
    if (odd !== undefined) return bad(`There is no secret ${shown(odd)} in this backup.`);
    if (config.ok && config.value.data !== this.#data) {
      return bad(
        `data: must be ${this.#data} here, where journal and password are. Change it in the backup.`,
      );
    }
    if (missing.size > 0) {
      const text = `Passwords and codes are not in a backup. Enter these: ${[...missing].join(', ')}.`;
      return failure({code: 'bad', text, missing: [...missing]});
    }
    return this.#replace(text, secrets);
  }

  #replace(text: string, secrets: Readonly<Record<string, string>>): Result<undefined, SettingsFailure> {
    const [folder, name] = [dirname(this.#file), basename(this.#file)];
    const files: Record<string, string> = {[name]: text};
    if (Object.keys(secrets).length > 0) {
      const file = join(folder, SECRETS_FILE);
      const before = existsSync(file) ? readTextFile(file) : success('');
      const edited = before.ok ? withSecrets(before.value, secrets) : undefined;
      if (edited === undefined)
        return failure({code: 'disk', text: `${SECRETS_FILE} is no YAML: mend it first.`});
      files[SECRETS_FILE] = edited;
    }
    return written(() => writeTogether(folder, files));
  }
}

function written(write: () => void): Result<undefined, SettingsFailure> {
  try {
    write();
    return success(undefined);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return failure({
      code: 'disk',
      text: `The configuration cannot be written (${code}): nothing was changed.`,
    });
  }
}

/** In the place of a secret that is missing while all else is checked; a code may be this, and a password. */
const ANY = {value: '0000'};

function bad(text: string): Result<never, SettingsFailure> {
  return failure({code: 'bad', text});
}

/** A problem with its place in the text that was given, which has no name here. */
function inPlace({file, line, column, key, message}: ConfigProblem): string {
  const place = basename(file) === SECRETS_FILE ? SECRETS_FILE : `Line ${line}, column ${column}`;
  return `${place}: ${key === '' ? '' : `${key} `}${message}.`;
}

/** The first problem, by the target where it is one; the file itself is not what the reader of the page looks at. */
function inWords([problem]: readonly ConfigProblem[], targets: readonly string[]): string {
  const {key, message} = problem!;
  const index = /^buttons\.\d+\.call\.(\d+)$/.exec(key)?.[1];
  return index === undefined
    ? `${key || 'The configuration'} ${message}.`
    : `"${targets[Number(index)]}" ${message}.`;
}
