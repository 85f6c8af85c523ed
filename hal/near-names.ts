const MOST = 4;

/** Up to four of `names` that are most like `name`, the most like first. */
export function nearNames(name: string, names: readonly string[]): string[] {
  return [...new Set(names)]
    .map((one) => ({one, distance: distance(name.toLowerCase(), one.toLowerCase())}))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({one}) => one);
}

/** How many characters have to be put in, taken out or changed (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({length: to.length + 1}, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, changed));
    }
    row = next;
  }
  return row[to.length]!;
}
