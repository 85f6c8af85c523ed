import {createWriteStream, rmSync} from 'node:fs';
import {statfs} from 'node:fs/promises';
import {dirname} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type {Result} from '../base/result.ts';
import {shownSource, updateUrl} from '../update/shown-source.ts';
import type {UpdateStatus} from '../update/update-status.ts';
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
    const {updater, upload} = updates;
    const busy = updater.whyBusy ?? (receiving ? 'There is an upload under way already.' : undefined);
    if (busy !== undefined) return exchange.fail(conflict(busy));
    if (isJson(exchange)) {
      const fields = await readFields(exchange, {url: 'text'});
      const url = fields && updateUrl(fields.url);
      if (url)
        answer(
          exchange,
          updater,
          updater.begin(url, shownSource(url), () => undefined),
        );
      else if (fields) exchange.fail({status: 400, detail: '"url" must be a URL of HTTP or HTTPS.'});
      return;
    }
    receiving = true;
    try {
      const trouble = await receive(exchange, upload);
      if (trouble) {
        remove(upload);
        return exchange.fail(trouble);
      }
      const begun = updater.begin(upload, 'an uploaded file', () => remove(upload));
      // One by the schedule has come before it.
      if (!begun.ok) remove(upload);
      answer(exchange, updater, begun);
    } finally {
      receiving = false;
    }
  });
}

function answer(
  {json, fail}: Exchange,
  updater: NonNullable<Shown['updates']>['updater'],
  begun: Result<undefined, string>,
): void {
  if (begun.ok) json(updater.status);
  else fail(conflict(begun.error));
}

function remove(file: string): void {
  rmSync(file, {force: true});
}

const unavailable: UpdateStatus = {state: 'unavailable', percent: null, reason: null};
const noUpdates = conflict('This machine has no slots for updates: update the program as it was installed.');
const tooLarge: Problem = {status: 413, detail: `A bundle is at most ${MAX_BUNDLE / 2 ** 20} MiB large.`};
const noRoom: Problem = {
  status: 507,
  detail:
    'There is not enough room for the bundle on the data partition. Give its URL instead: it is not kept then.',
};

function conflict(detail: string): Problem {
  return {status: 409, detail};
}

function isJson({request}: Exchange): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

/** Writes the body to `file`. Returns what is wrong. */
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
  // What is not read here is read and thrown away when the answer is out: whoever sends reads the answer only then.
  const body = request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>;
  async function* bounded() {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > room) throw new RangeError('too large');
      yield chunk;
    }
  }
  try {
    // Not flushed: after a power cut it is of no use.
    await pipeline(bounded, createWriteStream(file, {mode: 0o600}));
  } catch (error) {
    if (error instanceof RangeError) return size > MAX_BUNDLE ? tooLarge : noRoom;
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') return noRoom;
    if (request.destroyed) return {status: 400, detail: 'The upload was cut off.'};
    return {status: 500, detail: `The bundle cannot be kept on the data partition (${code}).`};
  }
  return size > 0 ? undefined : {status: 400, detail: 'The bundle is empty.'};
}
