import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeFolder, writeWhole} from '../base/write-whole.ts';

/** How long a server may take; ms. */
const PATIENCE = 30_000;

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
 * Rejects where the server does not answer or tells neither, in words that hold no password of the URL.
 */
export async function identify(url: string): Promise<string> {
  const {host, username, password} = new URL(url);
  // fetch takes no URL with a password in it.
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers = pair === ':' ? {} : {Authorization: `Basic ${Buffer.from(pair).toString('base64')}`};
  let answer: Response;
  try {
    answer = await fetch(bare, {method: 'HEAD', headers, signal: AbortSignal.timeout(PATIENCE)});
  } catch (error) {
    throw new Error(`${host} ${whyUnreachable(error)}`);
  }
  if (!answer.ok) throw new Error(`${host} answers ${answer.status}`);
  const mark = answer.headers.get('etag') ?? answer.headers.get('last-modified');
  if (mark === null) throw new Error(`${host} tells neither ETag nor Last-Modified`);
  return createHash('sha256').update(`${url}\n${mark}`).digest('hex');
}

function whyUnreachable(error: unknown): string {
  const {name, cause} = error as Error & {cause?: {code?: unknown}};
  if (name === 'TimeoutError') return `does not answer within ${PATIENCE / 1000} s`;
  return `cannot be reached (${typeof cause?.code === 'string' ? cause.code : 'it does not speak HTTP'})`;
}
