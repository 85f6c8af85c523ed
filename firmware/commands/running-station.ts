import {readFileSync} from 'node:fs';
import {type OutgoingHttpHeaders, request} from 'node:http';
import {isIPv6} from 'node:net';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {LOCAL_TOKEN} from '../access/access-file.ts';
import {failure, type Result, success} from '../base/result.ts';
import type {Config} from '../config/schema.ts';

/** A station that has said nothing for so long does not answer; ms. */
const PATIENCE = 60_000;

export interface Answer {
  readonly status: number;
  /** The JSON that was answered. */
  readonly body: unknown;
}

/** What a command sends: JSON, or a file of `size` bytes as it is. */
export type Sent = {readonly json: unknown} | {readonly file: Readable; readonly size: number};

/** The station that runs on this machine with a configuration, asked over its HTTP API with the token that it has left. */
export class RunningStation {
  readonly #host: string;
  readonly #port: number;
  readonly #token: string;

  private constructor(at: {address: string; port: number}, token: string) {
    this.#host = at.address.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1');
    this.#port = at.port;
    this.#token = token;
  }

  /** Looks for its token. The error says in words why it cannot be asked. */
  static find({http, data}: Config): Result<RunningStation, string> {
    if (!http) return failure('The station of this configuration has no page (http), by which it is asked.');
    if (http.port === 0) return failure('Where the station listens is not known: http.listen has port 0.');
    try {
      return success(new RunningStation(http, readFileSync(join(data, LOCAL_TOKEN), 'utf8').trim()));
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      const why = code === 'EACCES' ? 'only its user and root may: try with sudo' : 'it does not run';
      return failure(`The station cannot be asked: ${why}.`);
    }
  }

  /** Rejects, with words, where no station answers. */
  async ask(method: 'GET' | 'POST', path: string, sent?: Sent): Promise<Answer> {
    try {
      return await this.#send(method, path, sent);
    } catch (error) {
      throw new Error(`The station does not answer: ${this.#words(error as NodeJS.ErrnoException)}.`);
    }
  }

  #send(method: string, path: string, sent?: Sent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {...headersOf(sent), Authorization: `Bearer ${this.#token}`};
      const asked = request({host: this.#host, port: this.#port, method, path, headers});
      asked.setTimeout(PATIENCE, () => asked.destroy(new Error('it has said nothing for a minute')));
      asked.on('error', reject);
      asked.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            resolve({status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString())});
          } catch {
            reject(new Error('what listens there is no station'));
          }
        });
      });
      if (sent && 'file' in sent) pipeline(sent.file, asked).catch(reject);
      else asked.end(sent && JSON.stringify(sent.json));
    });
  }

  #words({code, message}: NodeJS.ErrnoException): string {
    const host = isIPv6(this.#host) ? `[${this.#host}]` : this.#host;
    return code === 'ECONNREFUSED' ? `nothing listens at ${host}:${this.#port}` : message;
  }
}

/** Why something was not done, in the station's own words. */
export function detailOf({body, status}: Answer): string {
  if (status === 401) {
    return 'The station does not know the token that lies in its data folder: it has just been started anew, or another one runs. Try again.';
  }
  const detail = (body as {detail?: unknown} | null)?.detail;
  return typeof detail === 'string' ? detail : `The station answers ${status}.`;
}

function headersOf(sent: Sent | undefined): OutgoingHttpHeaders {
  if (!sent) return {};
  if ('json' in sent) return {'Content-Type': 'application/json'};
  return {'Content-Type': 'application/octet-stream', 'Content-Length': sent.size};
}
