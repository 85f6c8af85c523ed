import type {ServerResponse} from 'node:http';

/** A reader that has taken nothing for this long is dropped, in ms. */
const PATIENCE = 10_000;

/**
 * One reader of server-sent events. While the reader is slow only the newest event of each name is kept,
 * so what it costs is bounded by the number of names; a reader that takes nothing for 10 s is dropped.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #now: () => number;
  readonly #pending = new Map<string, string>();
  #stuckSince: number | undefined;

  /** Begins the answer. `now` is a monotonic time in ms. */
  constructor(response: ServerResponse, now: () => number) {
    this.#response = response;
    this.#now = now;
    response.on('drain', () => this.#drain());
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 1000\n\n');
  }

  /**
   * Sends an event, or replaces the one of the same name that still waits for a slow reader.
   * `id` is what the browser gives back as Last-Event-ID.
   */
  send(name: string, data: unknown, id?: number): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    if (this.#stuckSince === undefined) this.#write(text);
    else this.#pending.set(name, text);
    this.#dropWhenStuck();
  }

  /** A line that says nothing but keeps proxies and browsers from giving the connection up. */
  beat(): void {
    if (this.#stuckSince === undefined) this.#write(': still here\n\n');
    this.#dropWhenStuck();
  }

  /** Hangs up. */
  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#stuckSince ??= this.#now();
  }

  #drain(): void {
    this.#stuckSince = undefined;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    if (waiting.length > 0) this.#write(waiting.join(''));
  }

  #dropWhenStuck(): void {
    if (this.#stuckSince !== undefined && this.#now() - this.#stuckSince > PATIENCE) this.#response.destroy();
  }
}
