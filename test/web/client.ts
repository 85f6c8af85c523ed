import {once} from 'node:events';
import {type IncomingMessage, request} from 'node:http';
import {connect} from 'node:net';
import {fileURLToPath} from 'node:url';
import {Access} from '../../firmware/access/access.ts';
import {type Clock, systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import {success} from '../../firmware/base/result.ts';
import {type HttpServer, startHttp} from '../../firmware/web/http-server.ts';
import type {Shown} from '../../firmware/web/shown.ts';
import type {FakeStation} from './fake-station.ts';

/** Serves a fake station, on a free port of 127.0.0.1 if not told otherwise. Mistakes in the program end up in `faults`. */
export function serve(
  station: FakeStation,
  changes: {
    address?: string;
    port?: number;
    page?: string;
    clock?: Clock;
    faults?: unknown[];
    access?: Access;
    settings?: Shown['settings'];
    restart?: Shown['restart'];
    updates?: Shown['updates'];
  } = {},
): Promise<HttpServer> {
  const {clock = systemClock} = changes;
  const {address = '127.0.0.1', page = fileURLToPath(new URL('no-such-folder', import.meta.url))} = changes;
  return startHttp({
    ...station.shown,
    address,
    port: changes.port ?? 0,
    page,
    clock,
    access: changes.access ?? new Access({file: '/nowhere/access.json', clock, random: systemRandom}),
    updates: changes.updates,
    restart: changes.restart ?? (() => true),
    settings: changes.settings ?? {
      setTargets: (_button, targets) => success(targets),
      backup: () => success({text: 'name: Door\n', secrets: []}),
      restore: () => success(undefined),
    },
    onFault: (fault) => changes.faults?.push(fault),
  });
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** One request, with headers that a browser would not let a page set. */
export async function ask(
  server: HttpServer,
  method: string,
  path: string,
  {body, headers = {}}: {body?: string | Buffer; headers?: Record<string, string>} = {},
): Promise<Answer> {
  const framing =
    body === undefined || 'Transfer-Encoding' in headers ? {} : {'Content-Length': Buffer.byteLength(body)};
  const sent = request({...target(server), method, path, headers: {...framing, ...headers}, agent: false});
  // An answer may come, and the connection end, before the whole body is out.
  sent.on('error', () => undefined);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return {status: answer.statusCode ?? 0, headers: answer.headers, text: await readAll(answer)};
}

/** Bytes as they are, and all that comes back until the server hangs up. */
export async function raw(server: HttpServer, bytes: string | Buffer): Promise<string> {
  const socket = connect(target(server).port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.end(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** An event stream as it comes in. */
export class Listener {
  readonly events: {name: string; data: unknown; id: string | undefined}[] = [];
  readonly #answer: IncomingMessage;
  #rest = '';

  private constructor(answer: IncomingMessage) {
    this.#answer = answer;
    answer.on('data', (chunk) => this.#take(String(chunk)));
    answer.on('error', () => undefined);
  }

  static async open(
    server: HttpServer,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Listener> {
    const sent = request({...target(server), path, headers, agent: false});
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    return new Listener(answer);
  }

  /** Resolves with the data of the first event of this name that has come or comes. */
  async next(name: string): Promise<unknown> {
    for (;;) {
      const at = this.events.findIndex((event) => event.name === name);
      const event = at < 0 ? undefined : this.events.splice(at, 1)[0];
      if (event) return event.data;
      await once(this.#answer, 'data');
    }
  }

  /** Resolves when the server has hung up. */
  async ended(): Promise<void> {
    if (!this.#answer.destroyed) await new Promise((resolve) => this.#answer.once('close', resolve));
  }

  close(): void {
    this.#answer.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const name = field('event');
      if (name) this.events.push({name, data: JSON.parse(field('data') ?? 'null'), id: field('id')});
    }
  }
}

function target({port}: HttpServer) {
  return {host: '127.0.0.1', port};
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
