import {consistsOf, TOKEN} from './characters.ts';
import {headerKey} from './header-names.ts';
import {Headers, splitAtCommas} from './headers.ts';
import type {ParseLimits} from './limits.ts';
import {SipRequest} from './message.ts';
import {textOf} from './octets.ts';
import {parseVia} from './via.ts';

/** What a response takes over from its request (RFC 3261 section 8.2.6.2). */
const copied = new Set(['via', 'from', 'to', 'call-id', 'cseq']);

/**
 * Reads from a request that was refused what an answer needs, as good as it can be had: the values are
 * taken as they are. Undefined where nothing is to be answered: no request line, an ACK, or no
 * topmost Via that says where an answer would go.
 */
export function readForAnswer(bytes: Buffer, limits: ParseLimits): SipRequest | undefined {
  const lines = unfoldedLines(
    bytes.toString('latin1', 0, Math.min(bytes.length, limits.headerBytes)),
    limits,
  );
  const requestLine = lines[0] ?? '';
  const method = requestLine.slice(0, Math.max(0, requestLine.indexOf(' ')));
  if (method === '' || method === 'ACK' || !consistsOf(method, TOKEN)) return undefined;
  if (!requestLine.toUpperCase().includes(' SIP/')) return undefined;
  const headers = new Headers();
  let vias = 0;
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const key = headerKey(name);
    if (!copied.has(key)) continue;
    const value = textOf(line.slice(colon + 1).trim());
    if (key === 'via') {
      vias++;
      const via = vias === 1 ? answerableVia(value) : value;
      if (via === undefined) return undefined;
      if (vias <= limits.vias) headers.append('Via', via);
    } else if (headers.get(key) === undefined) headers.append(name, value);
  }
  return vias === 0 ? undefined : new SipRequest(method, '', headers);
}

/** The Via as it is, or only its sent-by where the rest is broken; undefined where not even that can be read. */
function answerableVia(value: string): string | undefined {
  const topmost = splitAtCommas(value)[0];
  if (topmost !== undefined && parseVia(topmost).ok) return value;
  const sentBy = value.split(/[;,]/, 1)[0]!;
  return parseVia(sentBy).ok ? sentBy : undefined;
}

/** The lines up to the first empty one, those that are continued joined; line breaks before the first are skipped. */
function unfoldedLines(octets: string, limits: ParseLimits): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < octets.length && lines.length <= limits.headerLines) {
    let end = octets.indexOf('\n', start);
    if (end < 0) end = octets.length;
    const line = octets.slice(start, end).replaceAll('\r', '');
    start = end + 1;
    if (line === '') {
      if (lines.length > 0) break;
    } else if ((line.startsWith(' ') || line.startsWith('\t')) && lines.length > 0) {
      lines.push(`${lines.pop()} ${line.trim()}`);
    } else lines.push(line);
  }
  return lines;
}
