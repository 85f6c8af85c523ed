import {createReadStream, statSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import type {Run} from '../../support/run-folder.ts';
import {HOST} from './network.ts';

/** Serves the files of the run's folder, in ranges, as RAUC asks for them. @returns the URL of a file. */
export async function serveUpdates(run: Run): Promise<(name: string) => string> {
  const server = createServer((request, response) => {
    const file = join(run.folder, new URL(request.url ?? '/', 'http://x').pathname.slice(1));
    const size = statSync(file).size;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined) {
      response.writeHead(200, {'content-length': size, 'accept-ranges': 'bytes'});
      if (request.method === 'HEAD') response.end();
      else createReadStream(file).pipe(response);
      return;
    }
    const [start, end] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
    if (start > end) {
      response.writeHead(416, {'content-range': `bytes */${size}`}).end();
      return;
    }
    response.writeHead(206, {
      'content-length': end - start + 1,
      'content-range': `bytes ${start}-${end}/${size}`,
    });
    createReadStream(file, {start, end}).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  run.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return (name) => `http://${HOST}:${(server.address() as AddressInfo).port}/${name}`;
}
