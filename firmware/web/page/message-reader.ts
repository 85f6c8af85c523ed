import {attributes, codecs, lines} from './sdp-explanations.ts';
import {compactNames, headers, methods, parameters, statusClasses, statuses} from './sip-explanations.ts';

/** One line of a message with what it is for. */
export interface ExplainedLine {
  readonly name: string;
  readonly value: string;
  readonly explanation: string;
  /** Parts of the value that deserve words of their own. */
  readonly parts: readonly {readonly name: string; readonly explanation: string}[];
}

/** Progress and outcome, as the ladder colours them. */
export type MessageKind = 'request' | 'progress' | 'success' | 'redirect' | 'refusal';

/** A SIP message taken apart for people. Nothing is refused: what cannot be read is shown as it is. */
export interface ReadMessage {
  readonly kind: MessageKind;
  /** "INVITE" or "180 Ringing". */
  readonly label: string;
  /** What it says, in a few plain words. */
  readonly meaning: string;
  /** Method of the request, or of the request that is answered. */
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  readonly startLine: string;
  readonly callId: string;
  readonly headers: readonly ExplainedLine[];
  /** Lines of the body; those of a session description are explained. */
  readonly body: readonly ExplainedLine[];
  readonly isSessionDescription: boolean;
}

/** Reads the text of one message. */
export function readMessage(text: string): ReadMessage {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/);
  const [startLine = '', ...headerLines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const fields = headerLines.filter((line) => line !== '').map(readHeader);
  const find = (name: string) => fields.find((field) => fullName(field.name) === name)?.value ?? '';
  const isSessionDescription = /^application\/sdp/i.test(find('content-type'));
  const body = rest
    .join('\n\n')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return {
    ...readStartLine(startLine, find('cseq')),
    startLine,
    callId: find('call-id'),
    headers: fields,
    body: body.map(isSessionDescription ? readSdpLine : plainLine),
    isSessionDescription,
  };
}

function readStartLine(
  startLine: string,
  cseq: string,
): Pick<ReadMessage, 'kind' | 'label' | 'meaning' | 'method' | 'status'> {
  const [, code, reason] = /^SIP\/2\.0 (\d{3}) ?(.*)$/i.exec(startLine) ?? [];
  if (code === undefined) {
    const method = startLine.split(' ')[0] ?? '';
    return {kind: 'request', label: method, meaning: methods[method] ?? '', method, status: 0};
  }
  const status = Number(code);
  const method = cseq.split(/\s+/)[1] ?? '';
  return {
    kind: kindOf(status),
    label: `${code} ${reason}`.trim(),
    meaning: meaningOf(status, method),
    method,
    status,
  };
}

function kindOf(status: number): MessageKind {
  if (status < 200) return 'progress';
  if (status < 300) return 'success';
  return status < 400 ? 'redirect' : 'refusal';
}

function meaningOf(status: number, method: string): string {
  if (status === 200 && method === 'INVITE') return 'somebody has answered';
  if (status === 200) return `done: answers ${method}`;
  return statuses[status] ?? statusClasses[Math.floor(status / 100)] ?? '';
}

function readHeader(line: string): ExplainedLine {
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).trim();
  const value = colon < 0 ? '' : line.slice(colon + 1).trim();
  return {
    name,
    value,
    explanation:
      headers[fullName(name)] ??
      'A field that is not of the SIP standard’s core; who does not know it skips it.',
    parts: readParameters(value),
  };
}

function fullName(name: string): string {
  const lower = name.toLowerCase();
  return compactNames[lower] ?? lower;
}

/** The parameters of a header value that there are words for, each once. */
function readParameters(value: string): {name: string; explanation: string}[] {
  const bare = value.replace(/"(?:\\.|[^"\\])*"/g, '""');
  const names = Array.from(
    bare.matchAll(/(?:^Digest |[;,]\s*)([a-z0-9.+-]+)(?=\s*[=;,]|$)/gi),
    ([, name = '']) => name,
  );
  return [...new Set(names)].flatMap((name) => {
    const explanation = parameters[name.toLowerCase()];
    return explanation ? [{name, explanation}] : [];
  });
}

function readSdpLine(line: string): ExplainedLine {
  const letter = line.slice(0, 1);
  const value = line.slice(2);
  const [attribute = '', content = ''] = value.split(':', 2);
  const general = lines[letter] ?? 'A line that is not of the standard; who does not know it skips it.';
  if (letter !== 'a') return {name: letter, value, explanation: general, parts: []};
  const codec = attribute === 'rtpmap' ? (/^\d+ ([^/]+)/.exec(content)?.[1] ?? '') : '';
  const words = codecs[codec.toLowerCase()];
  return {
    name: letter,
    value,
    explanation: attributes[attribute] ?? general,
    parts: words ? [{name: codec, explanation: words}] : [],
  };
}

function plainLine(line: string): ExplainedLine {
  return {name: '', value: line, explanation: '', parts: []};
}
