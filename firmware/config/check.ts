import * as v from 'valibot';
import {NOT_YET} from './fields.ts';
import {type ConfigProblem, nearest, shown} from './problem.ts';
import {LATER_KEYS} from './schema.ts';
import type {YamlTree, YamlValue} from './yaml-tree.ts';

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/** Holds a document against a schema. All problems at once; the value only where there are none. */
export function checkSchema<Described extends Schema>(
  tree: YamlTree,
  schema: Described,
): {value: v.InferOutput<Described> | undefined; problems: ConfigProblem[]} {
  const problems: ConfigProblem[] = [];
  findUnknownKeys(schema, tree.value, [], tree, problems);

  const parsed = v.safeParse(schema, tree.value);
  const told = new Set(problems.map(({key}) => key));
  for (const issue of parsed.issues ?? []) {
    const path = (issue.path ?? []).map(({key}) => String(key));
    // One problem a key, the first; and none for what is missing from something of the wrong shape.
    const problem = tree.at(path, issue.message);
    if (groupsOf(problem.key).some((group) => told.has(group))) continue;
    told.add(problem.key);
    problems.push(problem);
  }
  return {value: parsed.success && problems.length === 0 ? parsed.output : undefined, problems};
}

/** A key with all that it is part of: `a.b` with `a` and the whole file. */
function groupsOf(key: string): string[] {
  const parts = key.split('.');
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('.'))];
}

/** Walks schema and document side by side: valibot itself names only the first unknown key of a group. */
function findUnknownKeys(
  schema: Schema,
  value: YamlValue,
  path: readonly string[],
  tree: YamlTree,
  problems: ConfigProblem[],
): void {
  if (typeof value === 'string') return;
  if ('wrapped' in schema) {
    findUnknownKeys(schema.wrapped as Schema, value, path, tree, problems);
  } else if ('item' in schema && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      findUnknownKeys(schema.item as Schema, item, [...path, String(index)], tree, problems);
    }
  } else if ('entries' in schema && !Array.isArray(value)) {
    const entries = schema.entries as v.ObjectEntries;
    const allowed = Object.keys(entries);
    for (const [key, child] of Object.entries(value)) {
      const childPath = [...path, key];
      if (allowed.includes(key)) {
        findUnknownKeys(entries[key] as Schema, child, childPath, tree, problems);
      } else {
        problems.push(tree.atKey(childPath, unknownKeyMessage(childPath, allowed)));
      }
    }
  } else if ('entries' in schema) {
    const allowed = Object.keys(schema.entries as v.ObjectEntries).join(', ');
    problems.push(tree.at(path, `must be a group of keys, not a list: ${allowed}`));
  }
}

function unknownKeyMessage(path: readonly string[], allowed: readonly string[]): string {
  const pattern = path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.');
  if (LATER_KEYS.has(pattern)) return `${NOT_YET}. Allowed: ${allowed.join(', ')}`;
  const near = nearest(path.at(-1)!, allowed);
  const suggestion = near === undefined ? '' : `; did you mean ${shown(near)}?`;
  return `unknown key${suggestion}${suggestion === '' ? '.' : ''} Allowed: ${allowed.join(', ')}`;
}
