import {createWriteStream} from 'node:fs';
import {rm, statfs} from 'node:fs/promises';
import {dirname} from 'node:path';
import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {shownSource, updateUrl} from '../update/shown-source.ts';
import type {UpdateStatus} from '../update/updater.ts';
import {readFields} from './json-body.ts';
import type {Problem} from './problem.ts';
import type {Api, Exchange} from './router.ts';
import type {Shown} from './shown.ts';

/** No bundle is larger; bytes. */
const MAX_BUNDLE = 2 ** 30;
/** What stays free on the data partition beside it, for the journal; bytes. */
const RESERVE = 16 * 2 ** 20;

/** The path of uploads, whose bodies take longer than others. */
export const UPLOAD_PATH = '/api/update';

/** Updates: how they stand, and new ones, by URL or as an upload. */
export function addUpdateApi(api: Api, updates: Shown['updates']): void {
  let receiving = false;

  api.on('GET', UPLOAD_PATH, ({json}) => json(updates?.updater.status ?? unavailable));

  api.on('POST', UPLOAD_PATH, async (exchange) => {
    if (!updates) return exchange.fail(noUpdates);
    if (updates.updater.busy || receiving) return exchange.fail(underWay);
    if (isJson(exchange)) {
      const fields = await readFields(exchange, {url: 'text'});
      const url = fields && updateUrl(fields.url);
      if (url) begin(exchange, updates, url, shownSource(url));
      else if (fields) exchange.fail({status: 400, detail: '"url" must be a URL of HTTP or HTTPS.'});
      return;
    }
    receiving = true;
    try {
      const trouble = await receive(exchange, updates.upload);
      if (trouble) {
        await rm(updates.upload, {force: true});
        return exchange.fail(trouble);
      }
      begin(exchange, updates, updates.upload, 'an uploaded file');
    } finally {
      receiving = false;
    }
  });
}

function begin(
  {json, fail}: Exchange,
  {updater, upload}: NonNullable<Shown['updates']>,
  source: string,
  shown: string,
): void {
  const begun = updater.begin(source, shown, () => void rm(upload, {force: true}));
  if (begun.ok) json(updater.status);
  else fail(underWay);
}

const unavailable: UpdateStatus = {state: 'unavailable', percent: null, reason: null};
const noUpdates: Problem = {
  status: 409,
  detail: 'This machine has no slots for updates: update the program as it was installed.',
};
const underWay: Problem = {
  status: 409,
  detail: 'There is an update under way already. GET /api/update tells how it stands.',
};
const tooLarge: Problem = {
  status: 413,
  detail: `A bundle is at most ${MAX_BUNDLE / 2 ** 20} MiB large.`,
  headers: {Connection: 'close'},
};

function isJson({request}: Exchange): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** Writes the body to `file`. Returns what is wrong with it. */
async function receive({request}: Exchange, file: string): Promise<Problem | undefined> {
  if (!/^application\/(octet-stream|vnd\.rauc\.bundle)$/i.test(request.headers['content-type'] ?? '')) {
    const detail =
      'Send the bundle itself as Content-Type: application/octet-stream, or {"url": "https://…"} as application/json.';
    return {status: 415, detail};
  }
  const {bavail, bsize} = await statfs(dirname(file));
  const room = Math.min(MAX_BUNDLE, bavail * bsize - RESERVE);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BUNDLE) return tooLarge;
  if (declared > room) return noRoom;
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > room ? new RangeError('too large') : null, chunk);
    },
  });
  try {
    await pipeline(request, bounded, createWriteStream(file, {mode: 0o600, flush: true}));
  } catch (error) {
    if (error instanceof RangeError) return size > MAX_BUNDLE ? tooLarge : noRoom;
    return {status: 400, detail: 'The upload was cut off, or could not be kept.'};
  }
  return size > 0 ? undefined : {status: 400, detail: 'The bundle is empty.'};
}

const noRoom: Problem = {
  status: 507,
  detail:
    'There is not enough room for the bundle on the data partition. Give its URL instead: it is not kept then.',
  headers: {Connection: 'close'},
};
