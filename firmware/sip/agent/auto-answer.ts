import type {Headers} from '../message/headers.ts';

/** Nobody is made to wait longer for an answer that the caller wants without anybody's hand. */
const longestWait = 60;
/** Headers of one kind that are looked at. */
const valueLimit = 8;

/**
 * After how many ms the caller asks to be answered without anybody's hand; undefined where it does not ask. What it
 * asks for is heard in this order:
 *
 * | header | asks |
 * |--|--|
 * | `Answer-Mode: Auto`, `Priv-Answer-Mode: Auto` (RFC 5373) | at once; `Manual`: not at all, whatever else it says |
 * | `Call-Info: <sip:pbx>;answer-after=2` (snom, Grandstream, Cisco, Asterisk) | after 2 s |
 * | `Alert-Info: <http://pbx>;info=alert-autoanswer;delay=2` (Yealink, Gigaset, Grandstream) | after 2 s, default at once |
 * | `Alert-Info: Auto Answer`, `Ring Answer`, `Ring Auto Answer` (classes of Polycom) | at once |
 */
export function answerAfter(headers: Headers): number | undefined {
  const modes = ['Priv-Answer-Mode', 'Answer-Mode'].map((name) => modeOf(headers.get(name)));
  if (modes.includes('manual')) return undefined;
  if (modes.includes('auto')) return 0;
  const wishes = [
    ...values(headers, 'Call-Info').map(wishOfCall),
    ...values(headers, 'Alert-Info').map(wishOfAlert),
  ];
  const seconds = wishes.find((wish) => wish !== undefined);
  return seconds === undefined ? undefined : seconds * 1000;
}

function modeOf(value: string | undefined): string | undefined {
  return value?.replace(/;.*/s, '').trim().toLowerCase();
}

/** The values of a header without what stands in angle brackets: a URI may say anything. */
function values(headers: Headers, name: string): string[] {
  return headers
    .list(name)
    .slice(0, valueLimit)
    .map((value) => value.replace(/<[^<>]*>/g, '').toLowerCase());
}

function wishOfCall(value: string): number | undefined {
  return secondsOf(value, 'answer-after');
}

function wishOfAlert(value: string): number | undefined {
  const asked =
    /(?:^|[\s;="])(?:alert-autoanswer|(?:ring[ -]?)?auto[ -]?answer|ring[ -]?answer)(?=$|[\s;"])/.test(value);
  const after = secondsOf(value, 'answer-after');
  if (!asked || after !== undefined) return after;
  return /;\s*delay\s*=/.test(value) ? secondsOf(value, 'delay') : 0;
}

/** A parameter that is a number of seconds, within the bounds; the parameters may stand without anything before them. */
function secondsOf(value: string, name: string): number | undefined {
  const [, digits] = new RegExp(`(?:^|[;\\s])${name}\\s*=\\s*"?(\\d{1,3})"?(?=$|[\\s;])`).exec(value) ?? [];
  const seconds = Number(digits);
  return seconds <= longestWait ? seconds : undefined;
}
