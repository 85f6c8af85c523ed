import {basename, dirname, join} from 'node:path';
import {Document, isMap, parseDocument} from 'yaml';
import {type ConfigProblem, nearest, shown} from './problem.ts';
import {readTextFile} from './text-file.ts';
import {readYaml, type SecretLookup} from './yaml-tree.ts';

/** Its name beside the configuration. */
export const SECRETS_FILE = 'secrets.yaml';

/**
 * The secrets beside a configuration: `secrets.yaml`, one `name: value` a line, read when the first is asked for.
 * `problems` receives what is wrong with that file itself.
 */
export function secretsBeside(configPath: string, problems: ConfigProblem[]): SecretLookup {
  const path = join(dirname(configPath), SECRETS_FILE);
  let secrets: ReadonlyMap<string, string> | undefined;
  let unreadable: string | undefined;
  return (name) => {
    if (secrets === undefined) {
      const text = readTextFile(path);
      if (!text.ok)
        unreadable = `refers to ${SECRETS_FILE} beside ${shownFile(configPath)}, which ${text.error}`;
      secrets = text.ok ? parseSecrets(text.value, path, problems) : new Map();
    }
    if (unreadable !== undefined) return {reason: unreadable};
    const value = secrets.get(name);
    if (value !== undefined) return {value};
    const near = nearest(name, [...secrets.keys()]);
    const suggestion = near === undefined ? '' : `; did you mean ${shown(near)}?`;
    return {reason: `there is no secret ${shown(name)} in ${SECRETS_FILE}${suggestion}`};
  };
}

/** The text of a secrets file with further secrets, or other values of some; undefined where it is no YAML. */
export function withSecrets(text: string, values: Readonly<Record<string, string>>): string | undefined {
  const document = parseDocument(text, {schema: 'failsafe'});
  if (document.errors.length > 0) return undefined;
  if (!isMap(document.contents)) return new Document(values, {schema: 'failsafe'}).toString({lineWidth: 0});
  for (const [name, value] of Object.entries(values)) document.set(name, value);
  return document.toString({lineWidth: 0});
}

function parseSecrets(text: string, path: string, problems: ConfigProblem[]): Map<string, string> {
  const tree = readYaml(text, path, undefined);
  problems.push(...tree.problems);
  const secrets = new Map<string, string>();
  if (tree.problems.length > 0) return secrets;
  if (typeof tree.value === 'string' || Array.isArray(tree.value)) {
    problems.push(tree.at([], 'must hold one secret a line: NAME: VALUE'));
    return secrets;
  }
  for (const [name, value] of Object.entries(tree.value)) {
    if (typeof value === 'string') secrets.set(name, value);
    else problems.push(tree.at([name], 'a secret must be text'));
  }
  return secrets;
}

function shownFile(path: string): string {
  return shown(basename(path)).replaceAll('"', '');
}
