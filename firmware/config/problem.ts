/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** The file as it was named on the command line, or the secrets file beside it. */
  readonly file: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly column: number;
  /** The path to the key, such as `buttons.0.ring_seconds`; empty where no key can be named. */
  readonly key: string;
  /** What is wrong and what is allowed. Never holds a password or a code. */
  readonly message: string;
}

/** One line for people: `config.yaml:12:5: buttons.0.ring_secnds: unknown key; did you mean ring_seconds?`. */
export function formatProblem({file, line, column, key, message}: ConfigProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return [place, key, message].filter((part) => part !== '').join(': ');
}

/** A key or name from a file, fit to be shown: short, and without control characters. */
export function shown(name: string): string {
  if (/^[\w-]{1,64}$/.test(name)) return name;
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

/** The one of `candidates` that `word` most likely was meant to be; undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const folded = word.toLowerCase().replaceAll('-', '_');
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(folded, candidate.toLowerCase().replaceAll('-', '_'));
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions and substitutions that turn one word into the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  let previous = Array.from({length: other.length + 1}, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const substitution = previous[column - 1]! + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[other.length]!;
}

/** In the order of the file; of several that concern one key, the first found. */
export function inOrder(problems: ConfigProblem[]): ConfigProblem[] {
  const perKey = new Map(problems.toReversed().map((problem) => [problem.key, problem]));
  return [...perKey.values()].sort((one, other) => one.line - other.line || one.column - other.column);
}
