import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeFolder, writeWhole} from '../base/write-whole.ts';

/** Remembers what was taken from the URL of the schedule last, so that the same is not installed each night. */
export class SeenUpdate {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = dataFolder;
  }

  get last(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  /** @throws NodeJS.ErrnoException */
  set last(seen: string) {
    makeFolder(this.#folder, 0o700);
    writeWhole(this.#file, `${seen}\n`);
  }

  get #file(): string {
    return join(this.#folder, 'update-seen');
  }
}

/**
 * What identifies the content under a URL, by its entity tag or date (RFC 9110 section 8.8), together with the URL.
 * Rejects with words where the server does not answer or tells neither.
 */
export async function identify(url: string): Promise<string> {
  const answer = await fetch(url, {method: 'HEAD', signal: AbortSignal.timeout(30_000)});
  if (!answer.ok) throw new Error(`${new URL(url).host} answers ${answer.status}`);
  const mark = answer.headers.get('etag') ?? answer.headers.get('last-modified');
  if (mark === null) throw new Error(`${new URL(url).host} tells neither ETag nor Last-Modified`);
  return createHash('sha256').update(`${url}\n${mark}`).digest('hex');
}
