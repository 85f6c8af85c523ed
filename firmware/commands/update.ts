import {createReadStream, readFileSync, statSync} from 'node:fs';
import {request} from 'node:http';
import {join} from 'node:path';
import {LOCAL_TOKEN} from '../access/access-file.ts';
import {readConfiguration} from '../configuration.ts';
import {updateUrl} from '../update/shown-source.ts';
import type {UpdateStatus} from '../update/update-status.ts';

/** How often it is asked how far it is; ms. */
const ASK = 1_000;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * `doorline update`: gives the running station an update, a file or a URL, and tells how it goes. Exit code 0 once it is installed, 1
 * where it is refused or the station does not answer, 2 where there is no such file or the configuration is wrong.
 */
export async function update(configFile: string, source: string): Promise<number> {
  const config = readConfiguration(configFile);
  if (!config) return 2;
  if (!config.http)
    return complain('The station of this configuration has no page (http), by which it takes updates.', 2);
  const url = updateUrl(source);
  if (!url && !statSync(source, {throwIfNoEntry: false})?.isFile())
    return complain(`There is no file ${source}.`, 2);
  let token: string;
  try {
    token = readFileSync(join(config.data, LOCAL_TOKEN), 'utf8').trim();
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    const why = code === 'EACCES' ? 'only its user and root may: try with sudo' : 'it does not run';
    return complain(`The station cannot be asked: ${why}.`, 1);
  }
  const station = new Station(config.http, token);
  try {
    const begun = await (url ? station.sendUrl(url) : station.sendFile(source));
    if (begun.status !== 200) return complain(detailOf(begun), 1);
    return await follow(station);
  } catch (error) {
    return complain(`The station does not answer: ${(error as Error).message}`, 1);
  }
}

async function follow(station: Station): Promise<number> {
  let told = '';
  for (;;) {
    const {state, percent, reason} = (await station.ask('GET')).body as UpdateStatus;
    const words = state === 'installing' ? `installing ${percent ?? 0} %` : (news[state] ?? state);
    if (words !== told) console.log(words);
    told = words;
    if (state === 'installed') return 0;
    if (state === 'refused') return complain(reason ?? '', 1);
    await new Promise((resolve) => setTimeout(resolve, ASK));
  }
}

const news: Partial<Record<UpdateStatus['state'], string>> = {
  waiting: 'waiting for the end of the call',
  installed: 'installed: the board starts anew when nobody talks',
  refused: 'refused; what runs is unchanged',
};

/** The station on this machine. */
class Station {
  readonly #at: {address: string; port: number};
  readonly #token: string;

  constructor(at: {address: string; port: number}, token: string) {
    this.#at = at;
    this.#token = token;
  }

  ask(method: string): Promise<Answer> {
    return this.#send(method, {}, (sent) => sent.end());
  }

  sendUrl(url: string): Promise<Answer> {
    return this.#send('POST', {'Content-Type': 'application/json'}, (sent) =>
      sent.end(JSON.stringify({url})),
    );
  }

  sendFile(file: string): Promise<Answer> {
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(statSync(file).size),
    };
    return this.#send('POST', headers, (sent) => createReadStream(file).pipe(sent));
  }

  #send(
    method: string,
    headers: Record<string, string>,
    write: (sent: NodeJS.WritableStream) => void,
  ): Promise<Answer> {
    const host = this.#at.address.replace(/^0\.0\.0\.0$/, '127.0.0.1').replace(/^::$/, '::1');
    return new Promise((resolve, reject) => {
      const sent = request({
        host,
        port: this.#at.port,
        method,
        path: '/api/update',
        headers: {...headers, Authorization: `Bearer ${this.#token}`},
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString())});
        });
      });
      write(sent);
    });
  }
}

function detailOf({body, status}: Answer): string {
  const {detail} = body as {detail?: unknown};
  return typeof detail === 'string' ? detail : `The station answers ${status}.`;
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
