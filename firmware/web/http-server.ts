import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {type AddressInfo, BlockList, isIPv6} from 'node:net';
import {hostname} from 'node:os';
import type {Duplex} from 'node:stream';
import type {Clock} from '../base/clock.ts';
import {addAccessApi} from './access-api.ts';
import {addApi} from './api.ts';
import {addAudioApi} from './audio-api.ts';
import {Authorization} from './authorization.ts';
import {addBackupApi} from './backup-api.ts';
import {decodePath, type GuardOptions, guard, isPageFile} from './guard.ts';
import {Live} from './live.ts';
import {addMetrics} from './metrics-api.ts';
import {addPage} from './page-files.ts';
import {problemDocument, sendProblem} from './problem.ts';
import {Api} from './router.ts';
import type {Shown} from './shown.ts';
import {addUpdateApi, UPLOAD_PATH} from './update-api.ts';

/** In which a request must have arrived that is not an upload; ms. */
const REQUEST_TIME = 20_000;

/** What `startHttp` needs. */
export interface HttpOptions extends Shown {
  /** Address to listen on; of loopback only programs of this machine can connect. */
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the built page. */
  readonly page: string;
  readonly clock: Clock;
  /** Told of mistakes in the program; the asker only learns that there was one. */
  readonly onFault: (error: unknown) => void;
}

/** A running server. */
export interface HttpServer {
  /** Where it listens, for example "http://127.0.0.1:8080". */
  readonly url: string;
  readonly port: number;
  /** Whether a request of this machine's own is answered. */
  answers(): Promise<boolean>;
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Serves the API and the page. Rejects with words that say what to do when it cannot listen there.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    // Of uploads; other requests have less, see `hurry`.
    requestTimeout: 1_200_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 2_000,
  });
  server.maxConnections = 128;
  // A stream writes every 5 s: only a peer that no longer takes anything stays silent for this long.
  server.setTimeout(30_000);
  server.on('clientError', answerBrokenRequest);
  const {address, port} = await listen(server, options);
  const authorization = new Authorization({
    access: options.access,
    loopback: isLoopback(address),
    port,
    now: () => options.clock.now(),
  });
  const live = new Live(options, options.clock);
  const api = new Api();
  addAccessApi(api, options.access, authorization);
  addApi(api, options, live);
  addBackupApi(api, options, authorization);
  addMetrics(api, options);
  addAudioApi(api, options);
  addUpdateApi(api, options.updates);
  addPage(api, options.page);
  const doorkeeper = {guard: {names: ownNames()}, authorization, clock: options.clock};
  server.on('request', (request, response) => {
    serve(api, doorkeeper, request, response).catch((error: unknown) => {
      options.onFault(error);
      sendProblem(response, {status: 500, detail: 'The station has a fault; its log says more.'});
    });
  });

  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}`,
    port,
    async answers() {
      const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
      const answer = await fetch(`http://${isIPv6(host) ? `[${host}]` : host}:${port}/api/session`, {
        signal: AbortSignal.timeout(5_000),
      });
      return answer.ok;
    },
    close() {
      live.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Doorkeeper {
  readonly guard: GuardOptions;
  readonly authorization: Authorization;
  readonly clock: Clock;
}

async function serve(
  api: Api,
  doorkeeper: Doorkeeper,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const method = request.method ?? '';
  const isFree = () => isPageFile(method, decodePath(path) ?? '') || isOpenToAll(method, path);
  const may = () => isFree() || doorkeeper.authorization.refuse(request) === undefined;
  const refusal =
    guard(method, path, request.headers, doorkeeper.guard) ??
    (isFree() ? undefined : doorkeeper.authorization.refuse(request));
  const isUpload = path === UPLOAD_PATH && method === 'POST' && !refusal;
  if (!isUpload) hurry(request, response, doorkeeper.clock);
  if (refusal) sendProblem(response, refusal);
  else await api.serve(request, response, path, query, may);
}

/** A request that is not an upload must have arrived in time: who sends a byte now and then holds no connection. */
function hurry(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const {'content-length': length, 'transfer-encoding': encoding} = request.headers;
  if (length === undefined && encoding === undefined) return;
  const timer = clock.after(REQUEST_TIME, () => {
    if (request.complete) return;
    sendProblem(response, {
      status: 408,
      detail: 'The request took too long to arrive.',
      headers: {Connection: 'close'},
    });
    // It may have been answered long before, without being read.
    if (response.writableFinished) request.destroy();
    else response.on('finish', () => request.destroy());
  });
  request.on('close', () => timer.cancel());
}

/** How it is found out whether a password is needed, and how one signs in: these look themselves at who asks. */
function isOpenToAll(method: string, path: string): boolean {
  return path === '/api/session' || (path === '/api/password' && method === 'POST');
}

/** The page needs nothing but its own files, and may be framed by pages of its own origin only. */
const securityHeaders: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function listen(server: Server, {address, port}: HttpOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(whyNot(error, address, port))));
    server.listen(port, address, () => resolve(server.address() as AddressInfo));
  });
}

function whyNot(error: NodeJS.ErrnoException, address: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `HTTP: port ${port} on ${address} is in use by another program. Stop that program, or set another port in http.listen (0 takes any free one).`;
    case 'EACCES':
      return `HTTP: port ${port} may not be opened by this user. Set a port above 1023 in http.listen.`;
    case 'EADDRNOTAVAIL':
      return `HTTP: ${address} is no address of this machine. Set one of its own, or 127.0.0.1, in http.listen.`;
    default:
      return `HTTP: cannot listen on ${address} port ${port} (${error.code ?? error.message}). Check http.listen.`;
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function ownNames(): string[] {
  const name = hostname().toLowerCase();
  return [name, name.split('.')[0] ?? name];
}

/** Answers what Node's parser refuses: broken, too long or too slow requests. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, detail] = brokenRequests[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'This is not an HTTP/1.1 request.',
  ];
  const body = problemDocument({status, detail});
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const brokenRequests: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'At most 16 KiB of header are allowed.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive.'],
};
