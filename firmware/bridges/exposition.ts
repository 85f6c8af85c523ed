type Labels = Readonly<Record<string, string>>;

/** A value with its labels; null where it is not known. */
export type Sample = readonly [Labels, number | boolean | null];

/** Media type of the text. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Figures in Prometheus' text format 0.0.4. Written here rather than by prom-client: that has had no release since 2024, adds a tenth to
 * the program and 25 MB to its memory, and of what it has besides this format nothing is of use on a board.
 */
export class Exposition {
  readonly #lines: string[] = [];

  /** What goes up and down; yes is 1. What is not known is left out. */
  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.#add('gauge', name, help, samples);
  }

  /** What only ever counts up, but for a start anew. */
  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.#add('counter', name, help, samples);
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  #add(type: string, name: string, help: string, samples: readonly Sample[]): void {
    const known = samples.filter(([, value]) => value !== null);
    if (known.length === 0) return;
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of known) this.#lines.push(`${name}${written(labels)} ${Number(value)}`);
  }
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
