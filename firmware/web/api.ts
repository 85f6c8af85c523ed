import type {CommandResult} from '../station/station-control.ts';
import {problemOf} from './command-problem.ts';
import {readFields, readJson, readNothing} from './json-body.ts';
import type {Live} from './live.ts';
import type {Problem} from './problem.ts';
import type {Api, Exchange} from './router.ts';
import type {Shown} from './shown.ts';

const MAX_LIST = 500;
const MAX_TARGET_LENGTH = 512;

/** The paths under /api. Every write answers with the status that it led to. */
export function addApi(api: Api, {station, journal, calls, settings}: Shown, live: Live): void {
  api.on('GET', '/api/status', ({json}) => json(station.status()));
  api.on('GET', '/api/live', (exchange) => live.open(exchange, 'everything'));

  api.on('POST', '/api/buttons/:name/press', (exchange) =>
    command(exchange, () => station.press(exchange.parameters['name'] ?? '')),
  );
  api.on('POST', '/api/buttons/:name/targets', async (exchange) => {
    const fields = await readFields(exchange, {call: 'texts'});
    if (!fields) return;
    const name = exchange.parameters['name'] ?? '';
    const set = settings.setTargets(
      name,
      fields.call.map((one) => one.trim()),
    );
    if (set.ok) answer(exchange, station.setTargets(name, set.value, origin(exchange)));
    else exchange.fail({status: set.error.code === 'disk' ? 500 : 400, detail: set.error.text});
  });
  for (const what of ['open', 'hold', 'lock', 'normal'] as const) {
    api.on('POST', `/api/doors/:name/${what}`, (exchange) =>
      command(exchange, () => station.commandDoor(exchange.parameters['name'] ?? '', what, origin(exchange))),
    );
  }
  api.on('POST', '/api/locate', (exchange) => command(exchange, () => station.locate()));
  api.on('POST', '/api/calls/current/answer', (exchange) => command(exchange, () => station.answer()));
  api.on('DELETE', '/api/calls/current', (exchange) => command(exchange, () => station.hangUp()));
  api.on('POST', '/api/calls', dial);

  api.on('GET', '/api/calls', (exchange) => {
    const limit = integer(exchange, 'limit', 50, 1, MAX_LIST);
    const before = integer(exchange, 'before', Number.MAX_SAFE_INTEGER, 1);
    if (limit !== undefined && before !== undefined) exchange.json(calls.list(limit, before));
  });
  api.on('GET', '/api/calls/:id', ({parameters, json, fail}) => {
    const call = calls.get(callNumber(parameters['id']));
    if (call) json(call);
    else fail(unknownCall);
  });
  api.on('GET', '/api/calls/:id/ladder', ({parameters, json, fail}) => {
    const ladder = station.ladder(callNumber(parameters['id']));
    if (ladder) json(ladder);
    else fail(unknownCall);
  });

  api.on('GET', '/api/journal', (exchange) => {
    const after = integer(exchange, 'after', 0, 0);
    const limit = integer(exchange, 'limit', MAX_LIST, 1, MAX_LIST);
    if (after !== undefined && limit !== undefined) exchange.json(journal.after(after, limit));
  });
  api.on('GET', '/api/journal/stream', (exchange) => live.open(exchange, 'journal'));

  async function command(exchange: Exchange, run: () => CommandResult): Promise<void> {
    if (await readNothing(exchange)) answer(exchange, run());
  }

  async function dial(exchange: Exchange): Promise<void> {
    const body = await readJson(exchange.request);
    if (!body.ok) return exchange.fail(body.error);
    const target = readTarget(body.value);
    if (target === undefined) {
      return exchange.fail({
        status: 400,
        detail: `The body must be {"to": "…"} and nothing else: whom to call in up to ${MAX_TARGET_LENGTH} characters, such as 101, 192.168.1.20 or sip:user@host.`,
      });
    }
    answer(exchange, station.dial(target));
  }

  function answer({json, fail}: Exchange, result: CommandResult): void {
    if (result.ok) json(station.status());
    else fail(problemOf(result.error));
  }
}

const unknownCall: Problem = {
  status: 404,
  detail: 'There is no call of this number. GET /api/calls lists them.',
};

/** Where a command came from, as the journal names it. */
function origin({request}: Exchange): string {
  return `the web page at ${request.socket.remoteAddress ?? 'an unknown address'}`;
}

function readTarget(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const {to, ...others} = body as Record<string, unknown>;
  if (typeof to !== 'string' || Object.keys(others).length > 0) return undefined;
  const target = to.trim();
  return target.length > 0 && target.length <= MAX_TARGET_LENGTH ? target : undefined;
}

/** Number of a call in the log; 0, which no call has, for anything else. */
function callNumber(text: string | undefined): number {
  return text !== undefined && /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0;
}

/** A whole number of the query, or `otherwise` where it is missing. Answers 400 and is undefined where it is bad. */
function integer(
  {query, fail}: Exchange,
  name: string,
  otherwise: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  fail({status: 400, detail: `"${name}" must be a whole number from ${least} to ${most}.`});
  return undefined;
}
