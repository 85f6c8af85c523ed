import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {extname, join} from 'node:path';
import type {Api, Exchange} from './router.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the files of a folder, its index.html as `/`. Only the files that are there at the start are served,
 * each under its own name, so no path can lead out of the folder; each is read when it is first asked for.
 * Where the folder is missing `/` says how to build it.
 */
export function addPage(api: Api, folder: string): void {
  const files = listFiles(folder);
  for (const name of files) {
    let content: {bytes: Buffer; tag: string} | undefined;
    api.on('GET', name === 'index.html' ? '/' : `/${name}`, (exchange) => {
      content ??= read(join(folder, name));
      sendFile(exchange, content, mediaTypes[extname(name)] ?? 'application/octet-stream');
    });
  }
  if (files.includes('index.html')) return;
  api.on('GET', '/', ({fail}) =>
    fail({status: 503, detail: 'The page has not been built. Run: node tools/build.ts page'}),
  );
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, {withFileTypes: true})
      .filter((entry) => entry.isFile() && extname(entry.name) in mediaTypes)
      .map(({name}) => name);
  } catch {
    return [];
  }
}

function read(path: string): {bytes: Buffer; tag: string} {
  const bytes = readFileSync(path);
  return {bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`};
}

function sendFile(
  {request, response}: Exchange,
  {bytes, tag}: {bytes: Buffer; tag: string},
  type: string,
): void {
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'no-cache');
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {'Content-Type': type, 'Content-Length': bytes.length});
  response.end(bytes);
}
