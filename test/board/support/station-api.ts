import {createHash} from 'node:crypto';
import type {BoardMachine} from './board-machine.ts';
import {BOARD} from './network.ts';

const TOKEN = 'doorline_of-the-tests';
/** A board that is emulated, on a machine that has other things to do, may take so long to answer; ms. */
const PATIENCE = 120_000;

/** What the station tells of an event. */
export interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Lets this side use the API of the station on the card, with a token; its configuration must be `openStation`. */
export async function allowApi(machine: BoardMachine): Promise<void> {
  const hash = createHash('sha256').update(TOKEN).digest('hex');
  const token = {id: '00000001', name: 'test', made: new Date(0).toISOString(), hash};
  await machine.writeToData('doorline/data/access.json', JSON.stringify({tokens: [token]}));
}

/**
 * Asks the station's API over the cable.
 * @throws Error where it does not answer, or not with what was asked for, or when `stop` says so.
 */
export async function ask(
  method: 'GET' | 'POST',
  path: string,
  {body, stop}: {body?: object; stop?: AbortSignal} = {},
): Promise<unknown> {
  const answer = await fetch(`http://${BOARD}${path}`, {
    method,
    headers: {authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', connection: 'close'},
    ...(body === undefined ? {} : {body: JSON.stringify(body)}),
    signal: AbortSignal.any([AbortSignal.timeout(PATIENCE), ...(stop ? [stop] : [])]),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** The journal after an entry, to its end. */
export async function journalAfter(seq: number, stop?: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = entries.at(-1)?.seq ?? seq;
    const page = (await ask('GET', `/api/journal?after=${after}`, stop && {stop})) as Entry[];
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** The number of the journal's last entry. */
export async function lastEntry(): Promise<number> {
  return (await journalAfter(0)).at(-1)?.seq ?? 0;
}

/** Waits until the journal has an event of a kind after an entry, and returns it. */
export function eventAfter(machine: BoardMachine, seq: number, kind: string): Promise<Entry> {
  return machine.waitUntil(`the journal tells "${kind}"`, async () =>
    (await journalAfter(seq)).find((entry) => entry.kind === kind),
  );
}
