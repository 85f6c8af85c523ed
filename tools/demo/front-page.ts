import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage, request, type ServerResponse} from 'node:http';

interface FrontPageOptions {
  port: number;
  /** HTTP port of each station on 127.0.0.1, by the path it is shown under. */
  stations: {door: number; indoor: number};
}

const page = readFileSync(new URL('index.html', import.meta.url));

/**
 * Serves the page with both stations, and passes `/door/…` and `/indoor/…` on to them; `/api/…` is the
 * door station's. Rejects in plain words when the port is taken.
 */
export async function startFrontPage({port, stations}: FrontPageOptions): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '/';
    const [, name, rest] = /^\/(door|indoor)(\/.*)$/.exec(url) ?? [];
    if (name && rest) pass(incoming, outgoing, stations[name as keyof typeof stations], rest);
    else if (url.startsWith('/api/') || url === '/metrics') pass(incoming, outgoing, stations.door, url);
    else if (url === '/') outgoing.writeHead(200, {'content-type': 'text/html; charset=utf-8'}).end(page);
    else outgoing.writeHead(404).end();
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} on 127.0.0.1 is in use by another program. Stop it, or choose another: make run PORT=${port + 1}`,
    );
  }
}

/** Hands a request on unchanged, streams the answer back, and hangs up on both sides together. */
function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number, path: string): void {
  const {method, headers} = incoming;
  const onward = request({host: '127.0.0.1', port, path, method, headers}, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
