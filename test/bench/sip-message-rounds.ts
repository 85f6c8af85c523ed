import {deepStrictEqual} from 'node:assert/strict';
import {parseSessionDescription} from '../../firmware/sdp/parse.ts';
import {createResponse} from '../../firmware/sip/message/create.ts';
import {Headers} from '../../firmware/sip/message/headers.ts';
import {type SipMessage, SipRequest, SipResponse} from '../../firmware/sip/message/message.ts';
import {parseMessage} from '../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../firmware/sip/message/write.ts';
import type {BenchRow} from './bench-row.ts';
import {measureInterleaved} from './interleaved.ts';
import {type NpmMessage, npmSdp, npmSip} from './npm-sip.ts';
import {sipCorpus} from './sip-corpus.ts';

/** What both parsers have to find in a message, as values that a program can use. */
interface Extract {
  start: string | number;
  branch: string | undefined;
  sentBy: string;
  sentByPort: number | undefined;
  fromTag: string | undefined;
  from: Address;
  toTag: string | undefined;
  to: Address;
  cseq: number;
  method: string;
  contact: Address | undefined;
  callId: string;
  connection: string | undefined;
  port: number | undefined;
  payloads: number | undefined;
}

interface Address {
  user: string | undefined;
  host: string;
}

function parsed(bytes: Buffer): SipMessage {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(result.error.text);
  return result.value;
}

function address(uri: {user: string | undefined; host: string | undefined}): Address {
  return {user: uri.user, host: uri.host ?? ''};
}

function extract(bytes: Buffer): Extract {
  const message = parsed(bytes);
  const {via, from, to, cseq, contact, body} = message;
  const sdp = body.length > 0 ? parseSessionDescription(body) : undefined;
  const session = sdp?.ok ? sdp.value : undefined;
  return {
    start: message.kind === 'request' ? message.requestUri : message.status,
    branch: via.branch,
    sentBy: via.host,
    sentByPort: via.port,
    fromTag: from.tag,
    from: address(from.uri),
    toTag: to.tag,
    to: address(to.uri),
    cseq: cseq.number,
    method: cseq.method,
    contact: contact && address(contact.uri),
    callId: message.callId,
    connection: session?.connection?.address,
    port: session?.media[0]?.port,
    payloads: session?.media[0]?.formats.length,
  };
}

function extractWithNpmSip(bytes: Buffer): Extract {
  const message = npmSip.parse(bytes);
  const {via, from, to, cseq, contact, 'call-id': callId} = message.headers;
  const session = message.content === '' ? undefined : npmSdp.parse(message.content);
  return {
    start: message.uri ?? message.status ?? 0,
    branch: via[0]?.params['branch'] ?? undefined,
    sentBy: via[0]?.host ?? '',
    sentByPort: via[0]?.port,
    fromTag: from.params['tag'] ?? undefined,
    from: address(npmSip.parseUri(from.uri)),
    toTag: to.params['tag'] ?? undefined,
    to: address(npmSip.parseUri(to.uri)),
    cseq: cseq.seq,
    method: cseq.method,
    contact: contact?.[0] && address(npmSip.parseUri(contact[0].uri)),
    callId,
    connection: session?.c?.address,
    port: session?.m[0]?.port,
    payloads: session?.m[0]?.fmt.length,
  };
}

/** A copy whose headers a program set one by one, so that writing it cannot pass bytes through. */
function rebuilt(message: SipMessage): SipMessage {
  const headers = new Headers();
  for (const [name, value] of message.headers) headers.append(name, value);
  return message.kind === 'request'
    ? new SipRequest(message.method, message.requestUri, headers, message.body)
    : new SipResponse(message.status, message.reason, headers, message.body);
}

/** Keeps results alive, so that no work is optimised away. */
export let kept: unknown;

function batch<Item>(items: readonly Item[], work: (item: Item) => unknown): () => number {
  return () => {
    for (let repeat = 0; repeat < 20; repeat++) for (const item of items) kept = work(item);
    return 20 * items.length;
  };
}

function row(name: string, figure: number, anchor: number, goal: number): BenchRow {
  const ratio = figure / anchor;
  return {name, figure, unit: 'messages/s', anchor, ratio, goal: `>= ${goal} x npm sip`, met: ratio >= goal};
}

/** Reading, writing and answering messages, beside npm `sip` in the same run. */
function measure(): BenchRow[] {
  for (const bytes of sipCorpus) deepStrictEqual(extract(bytes), extractWithNpmSip(bytes));
  const messages = sipCorpus.map((bytes) => rebuilt(parsed(bytes)));
  const npmMessages = sipCorpus.map((bytes) => npmSip.parse(bytes));
  const requests = sipCorpus.map(parsed).filter((message) => message.kind === 'request');
  const npmRequests = npmMessages.filter((message) => message.method !== undefined);
  const npmBytes = (message: NpmMessage) => Buffer.from(npmSip.stringify(message), 'latin1');
  const figures = measureInterleaved({
    parse: batch(sipCorpus, extract),
    npmParse: batch(sipCorpus, extractWithNpmSip),
    write: batch(messages, writeMessage),
    npmWrite: batch(npmMessages, npmBytes),
    answer: batch(requests, (request) =>
      writeMessage(createResponse(request, 180, 'Ringing', '26992774-ee9b-40c7')),
    ),
    npmAnswer: batch(npmRequests, (request) => npmBytes(npmSip.makeResponse(request, 180, 'Ringing'))),
  });
  return [
    row('SIP: parse and take apart', figures.parse, figures.npmParse, 4),
    row('SIP: write', figures.write, figures.npmWrite, 5),
    row('SIP: build and write an answer', figures.answer, figures.npmAnswer, 6),
  ];
}

process.stdout.write(JSON.stringify(measure()));
