import {failure, type Result, success} from '../../base/result.ts';
import {COMMA, EQUALS, PARAMETER_VALUE, QUOTE, SEMICOLON, SPACE, TOKEN} from './characters.ts';
import {quote, unquote} from './quoted-string.ts';
import {Reader} from './reader.ts';
import type {SyntaxFailure} from './syntax-failure.ts';

/** A challenge or credentials: `Digest realm="…", nonce="…"` (RFC 7235 section 2.1, RFC 3261 section 25.1). */
export interface AuthParams {
  /** As it was written; compare without regard to case. */
  scheme: string;
  /** Names in lower case, values without their quotes. */
  parameters: Map<string, string>;
}

/** These stand without quotes (RFC 7616 section 3.4); all others are quoted. */
const bare = new Set(['algorithm', 'qop', 'nc', 'stale', 'userhash']);
const maximumParameters = 32;

/** Reads the value of WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization. */
export function parseChallenge(value: string): Result<AuthParams, SyntaxFailure> {
  const bad = (text: string) => failure({code: 'bad-challenge', text});
  const reader = Reader.ofText(value);
  const {bytes} = reader;
  const start = reader.skipSpace(0);
  const schemeEnd = reader.run(start, TOKEN);
  if (schemeEnd < 0 || (schemeEnd < bytes.length && bytes[schemeEnd] !== SPACE)) return bad('no scheme');
  const parameters = new Map<string, string>();
  let index = reader.skipSpace(schemeEnd);
  while (index < bytes.length) {
    const nameEnd = reader.run(index, TOKEN);
    if (nameEnd < 0) return bad('no parameter where one should be');
    const name = reader.text(index, nameEnd).toLowerCase();
    index = reader.skipSpace(nameEnd);
    if (bytes[index] !== EQUALS) return bad(`${name} has no value`);
    index = reader.skipSpace(index + 1);
    const end = bytes[index] === QUOTE ? reader.quotedString(index) : bareValueEnd(reader, index);
    if (end < 0) return bad(`the value of ${name} is malformed`);
    if (parameters.has(name)) return bad(`${name} stands twice`);
    if (parameters.size >= maximumParameters) return bad(`more than ${maximumParameters} parameters`);
    parameters.set(name, unquote(reader.text(index, end)));
    index = reader.skipSpace(end);
    if (index >= bytes.length) break;
    if (bytes[index] !== COMMA) return bad(`no comma behind ${name}`);
    index = reader.skipSpace(index + 1);
  }
  return success({scheme: reader.text(start, schemeEnd), parameters});
}

/** Past an unquoted value; one that should have been quoted may hold semicolons. */
function bareValueEnd(reader: Reader, start: number): number {
  let index = start;
  for (;;) {
    const end = reader.run(index, PARAMETER_VALUE);
    index = end < 0 ? index : end;
    if (reader.bytes[index] !== SEMICOLON) return index === start ? -1 : index;
    index++;
  }
}

/** Credentials as the value of Authorization or Proxy-Authorization, parameters in the Map's order. */
export function formatCredentials(credentials: AuthParams): string {
  const parameters = Array.from(credentials.parameters, ([name, value]) =>
    bare.has(name) ? `${name}=${value}` : `${name}=${quote(value)}`,
  );
  return `${credentials.scheme} ${parameters.join(', ')}`;
}
