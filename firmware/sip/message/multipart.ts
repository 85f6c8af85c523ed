import {headerKey} from './header-names.ts';

/** One part of a body of several (RFC 2046 section 5.1). */
export interface BodyPart {
  /** By name in lower case, never compact; of several of one name the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** No sender of ours has more of them. */
const mostParts = 16;
const mostHeaders = 16;
const longestBoundary = 70;

/**
 * The parts of a body whose Content-Type names this boundary; what stands before the first is passed over, and a last
 * one that nothing ends goes on to the end of the body. Undefined where there is none, or more than are taken.
 */
export function splitMultipart(body: Uint8Array, boundary: string): BodyPart[] | undefined {
  if (boundary === '' || boundary.length > longestBoundary) return undefined;
  // One character a byte, so that offsets are those of the body.
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const delimiter = `--${boundary}`;
  const parts: BodyPart[] = [];
  let at = nextDelimiter(text, delimiter, 0);
  while (at >= 0 && !text.startsWith('--', at + delimiter.length)) {
    if (parts.length === mostParts) return undefined;
    const lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0) break;
    const next = nextDelimiter(text, delimiter, lineEnd + 1);
    const end = next < 0 ? text.length : lineBreakBefore(text, next);
    const part = readPart(body, text, lineEnd + 1, Math.max(end, lineEnd + 1));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next;
  }
  return parts.length === 0 ? undefined : parts;
}

/** Where a line begins with the delimiter, alone but for spaces or the dashes of the last one; -1 where none does. */
function nextDelimiter(text: string, delimiter: string, from: number): number {
  for (let at = text.indexOf(delimiter, from); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    const startsLine = at === 0 || text[at - 1] === '\n';
    let end = at + delimiter.length;
    if (text.startsWith('--', end)) end += 2;
    while (text[end] === ' ' || text[end] === '\t' || text[end] === '\r') end++;
    if (startsLine && (end >= text.length || text[end] === '\n')) return at;
  }
  return -1;
}

/** The line break before a delimiter belongs to the delimiter. */
function lineBreakBefore(text: string, at: number): number {
  return text[at - 2] === '\r' ? at - 2 : at - 1;
}

function readPart(body: Uint8Array, text: string, start: number, end: number): BodyPart | undefined {
  const headers = new Map<string, string>();
  let last: string | undefined;
  let at = start;
  for (let lines = 0; at < end; lines++) {
    const lineEnd = text.indexOf('\n', at);
    const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1;
    const line = text.slice(at, next).trimEnd();
    at = next;
    if (line === '') break;
    if (lines === mostHeaders) return undefined;
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) {
      if (last === undefined) return undefined;
      headers.set(last, `${headers.get(last)} ${line.trim()}`);
    } else if (colon <= 0) return undefined;
    else {
      const key = headerKey(line.slice(0, colon).trim());
      last = headers.has(key) ? undefined : key;
      if (last !== undefined) headers.set(last, line.slice(colon + 1).trim());
    }
  }
  return {headers, body: body.subarray(at, end)};
}
