import {COLON, consistsOf, EQUALS, PARAMETER_VALUE, QUOTE, SEMICOLON, TOKEN} from './characters.ts';
import {quote, unquote} from './quoted-string.ts';
import type {Reader} from './reader.ts';

type Entry = [name: string, value: string | undefined];

/**
 * The parameters of a header value or of a URI, in order: `;name` or `;name=value`. Names are lower
 * case, and asked for in any case; the value of a parameter that has none is undefined; quoted values
 * are given without their quotes. Parameters of a parsed message are taken apart on first use.
 */
export class Parameters implements Iterable<Entry> {
  #entries: Entry[] | undefined;
  readonly #reader: Reader | undefined;
  readonly #start: number;
  readonly #end: number;

  /** Parameters with these entries, none by default; or those that a scanner found in a reader. */
  constructor(
    entries?: Iterable<readonly [string, string | undefined]>,
    reader?: Reader,
    start = 0,
    end = 0,
  ) {
    if (entries) this.#entries = Array.from(entries, ([name, value]) => [name.toLowerCase(), value]);
    this.#reader = reader;
    this.#start = start;
    this.#end = end;
  }

  /** The value of `name`; undefined where it has none or is not there, see `has`. */
  get(name: string): string | undefined {
    return this.#find(name)?.[1];
  }

  /** Whether there is a parameter `name`, with or without a value. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Gives `name` this value (undefined: the bare name), where it stands or at the end. */
  set(name: string, value: string | undefined): this {
    const entry = this.#find(name);
    if (entry) entry[1] = value;
    else this.#all().push([name.toLowerCase(), value]);
    return this;
  }

  /** Takes `name` away. */
  delete(name: string): void {
    const key = name.toLowerCase();
    this.#entries = this.#all().filter(([other]) => other !== key);
  }

  get size(): number {
    return this.#all().length;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#all().values();
  }

  #find(name: string): Entry | undefined {
    const key = name.toLowerCase();
    return this.#all().find(([other]) => other === key);
  }

  #all(): Entry[] {
    this.#entries ??= takeApart(this.#reader?.text(this.#start, this.#end) ?? '');
    return this.#entries;
  }
}

/** Splits checked text at the semicolons and equals signs outside quotes. */
function takeApart(text: string): Entry[] {
  const entries: Entry[] = [];
  let index = text.indexOf(';');
  while (index >= 0 && index < text.length) {
    const start = index + 1;
    let equals = -1;
    let quoted = false;
    for (index = start; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (quoted) {
        if (code === 0x5c) index++;
        else if (code === QUOTE) quoted = false;
      } else if (code === QUOTE) quoted = true;
      else if (code === EQUALS && equals < 0) equals = index;
      else if (code === SEMICOLON) break;
    }
    const name = text.slice(start, equals < 0 ? index : equals).trim();
    const value = equals < 0 ? undefined : unquote(text.slice(equals + 1, index).trim());
    entries.push([name.toLowerCase(), value]);
  }
  return entries;
}

/** The parameters as they stand in a header value: quoted where a value is more than a token or host. */
export function formatParameters(parameters: Parameters): string {
  let text = '';
  for (const [name, value] of parameters) text += formatParameter(name, value);
  return text;
}

/** One parameter with its semicolon. */
export function formatParameter(name: string, value: string | undefined): string {
  if (value === undefined) return `;${name}`;
  return `;${name}=${isBareValue(value) ? value : quote(value)}`;
}

function isBareValue(value: string): boolean {
  if (value === '') return false;
  if (consistsOf(value, TOKEN)) return true;
  // Addresses stand bare, IPv6 with or without its brackets.
  return value.includes(String.fromCharCode(COLON)) && consistsOf(value, PARAMETER_VALUE);
}
