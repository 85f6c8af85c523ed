import {isMap, isNode, isScalar, isSeq, type Node, parseDocument, type YAMLMap} from 'yaml';

/**
 * The text of a configuration with other targets for a button; undefined where it has no such button. What stands elsewhere,
 * comments, order and spaces, stays as it is: only the text of this one list is another.
 */
export function editTargets(text: string, button: string, targets: readonly string[]): string | undefined {
  const document = parseDocument(text, {schema: 'failsafe'});
  const buttons = document.errors.length > 0 ? undefined : document.get('buttons');
  if (!isSeq(buttons)) return undefined;
  const entry = buttons.items.find((one) => isMap(one) && String(one.get('name')) === button);
  if (!isMap(entry)) return undefined;
  const list = `[${targets.map(plainOrQuoted).join(', ')}]`;
  const pair = pairOf(entry, 'call');
  if (pair === undefined) return insert(text, entry, `call: ${list}`);
  const colon = text.indexOf(':', endOf(pair.key)) + 1;
  // An empty value may be said to end behind the comment.
  const empty = isScalar(pair.value) && pair.value.value === '';
  return `${text.slice(0, colon)} ${list}${text.slice(empty ? colon : endOf(pair.value))}`;
}

/** Behind the name, on a line of its own where the entry has lines. */
function insert(text: string, entry: YAMLMap, written: string): string | undefined {
  const name = pairOf(entry, 'name');
  const start = isNode(name?.key) ? name.key.range?.[0] : undefined;
  const end = endOf(name?.value);
  if (start === undefined || end === undefined) return undefined;
  if (entry.flow) return `${text.slice(0, end)}, ${written}${text.slice(end)}`;
  const indentation = start - (text.lastIndexOf('\n', start - 1) + 1);
  const lineEnd = /\r?\n|$/.exec(text.slice(end))!.index + end;
  return `${text.slice(0, lineEnd)}\n${' '.repeat(indentation)}${written}${text.slice(lineEnd)}`;
}

function pairOf(map: YAMLMap, name: string) {
  return map.items.find(({key}) => isScalar(key) && key.value === name);
}

/** Where the text of a node ends, without the line ends and comments behind it. */
function endOf(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  const last: unknown = isSeq(node) && !node.flow ? node.items.at(-1) : undefined;
  return endOf(last) ?? (node as Node).range?.[1];
}

/** Within brackets, text that could be taken for something else stands in quotes. */
function plainOrQuoted(text: string): string {
  return /^[A-Za-z0-9+][\w.@:;=+/-]*$/.test(text) && !text.endsWith(':')
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}
