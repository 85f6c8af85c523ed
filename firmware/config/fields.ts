import {isIP} from 'node:net';
import * as v from 'valibot';

/**
 * The building blocks of the schema. Each takes the text that stands in the file; its message says what is
 * allowed and never repeats the text, which may be a secret.
 */

/** One line of text, not empty. */
export function text(limit: number, what = 'must be text') {
  const message = `${what}: one line, 1 to ${limit} characters`;
  return v.pipe(
    v.string(message),
    v.minLength(1, message),
    v.maxLength(limit, message),
    v.regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, message),
  );
}

/** Text that a pattern describes; `message` says the same in words. */
export function pattern(regex: RegExp, message: string) {
  return v.pipe(v.string(message), v.maxLength(1024, message), v.regex(regex, message));
}

/** A whole number of something. */
export function wholeNumber(minimum: number, maximum: number, unit: string) {
  return numberBetween(minimum, maximum, `must be a whole number of ${unit}`);
}

/** A whole number; `what` says in words what it is to be. */
export function numberBetween(minimum: number, maximum: number, what: string) {
  const message = `${what} from ${minimum} to ${maximum}`;
  return v.pipe(
    pattern(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
}

/** A number that may have up to three decimals. */
export function seconds(minimum: number, maximum: number) {
  const message = `must be a number of seconds from ${minimum} to ${maximum}`;
  return v.pipe(
    pattern(/^\d{1,6}(\.\d{1,3})?$/, message),
    v.transform(Number),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
}

/** A time of day; its value is in minutes after midnight. */
export const timeOfDay = v.pipe(
  pattern(/^([01]?\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00'),
  v.transform((value) => {
    const [hours, minutes] = value.split(':').map(Number);
    return 60 * hours! + minutes!;
  }),
);

const timezoneExample = 'must be a time zone such as Europe/Berlin';

/** A time zone by its name in the IANA database. Offsets, which the environment understands otherwise, are none. */
export const timezone = v.pipe(
  pattern(/^[A-Za-z][\w+/-]{0,63}$/, timezoneExample),
  v.check((value) => {
    try {
      return new Intl.DateTimeFormat('en', {timeZone: value}) !== undefined;
    } catch {
      return false;
    }
  }, timezoneExample),
);

/** One word of a few. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return v.picklist(words, `must be one of ${words.join(', ')}`);
}

/** A list with a bounded number of items. */
export function list<Item extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(
  item: Item,
  minimum: number,
  maximum: number,
  example: string,
) {
  const size = minimum > 0 ? `${minimum} to ${maximum}` : `at most ${maximum}`;
  const message = `must be a list of ${size}, such as ${example}`;
  return v.pipe(v.array(item, message), v.minLength(minimum, message), v.maxLength(maximum, message));
}

/** A group of keys. */
export function keys<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, (issue) =>
    issue.path === undefined || issue.received !== 'undefined'
      ? `must be a group of keys: ${Object.keys(entries).join(', ')}`
      : 'is missing',
  );
}

/** An IP address and a port from `address:port` or `[IPv6]:port`; undefined where it is neither. */
export function parseSocketAddress(value: string): {address: string; port: number} | undefined {
  const match = /^(?:\[([^\]]{2,45})\]|([^:[\]]{1,45})):(\d{1,5})$/.exec(value);
  if (match === null) return undefined;
  const [, version6, version4, digits] = match;
  const address = version6 ?? version4!;
  const port = Number(digits);
  const valid = isIP(address) === (version6 === undefined ? 4 : 6) && port <= 65_535;
  return valid ? {address, port} : undefined;
}

/** A number such as 101, which is somebody only within a domain. */
export const bareNumber = /^[+*#]?\d+$/;

/** Said of what the product describes and a later version brings. */
export const NOT_YET = 'is not available yet in this version';
