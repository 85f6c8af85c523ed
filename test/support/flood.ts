/**
 * Sends SIP requests of strangers, broken ones and garbage to a port of 127.0.0.1, from many addresses of this machine; a
 * program of its own:
 *
 *     node test/support/flood.ts PORT MESSAGES_A_SECOND SECONDS
 *
 * At the end it prints a `FloodReport` as JSON.
 */
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {argv, stdout} from 'node:process';
import {setTimeout as pause} from 'node:timers/promises';

/** What was sent, and what came back for it. */
export interface FloodReport {
  readonly sent: number;
  readonly sentBytes: number;
  readonly answers: number;
  readonly answeredBytes: number;
  /** Answers to what was no SIP at all. */
  readonly answersToGarbage: number;
}

const mostASecond = 20_000;
const mostSeconds = 30;
/** Strangers, each at an address of its own; so many of them, at others, send only garbage. */
const strangerCount = 256;
const garbageCount = 16;
/** Messages go out in portions, so many ms apart. */
const portion = 5;
/** Answers that are still on their way at the end are waited for, in ms. */
const aftermath = 500;

const offer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  '',
].join('\r\n');

interface Source {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

function request(method: string, {address, port}: Source, id: number): string {
  const body = method === 'INVITE' ? offer : '';
  return [
    `${method} sip:door@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${port};rport;branch=z9hG4bKflood-${port}-${id}`,
    'Max-Forwards: 70',
    `From: <sip:stranger@${address}>;tag=${id}`,
    'To: <sip:door@127.0.0.1>',
    `Call-ID: flood-${address}-${port}-${id}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:stranger@${address}:${port}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** What strangers send, one after another: also requests in dialogs that there are not, and broken ones. */
const kinds: ((from: Source, id: number) => string)[] = [
  (from, id) => request('OPTIONS', from, id),
  (from, id) => request('INVITE', from, id),
  (from, id) => request('REGISTER', from, id),
  (from, id) => request('BYE', from, id).replace('To: <sip:door@127.0.0.1>', '$&;tag=guessed'),
  (from, id) => request('OPTIONS', from, id).replace('SIP/2.0\r\n', 'SIP/7.0\r\n'),
  (from, id) => request('INVITE', from, id).replace(/CSeq: .*/, 'CSeq: never'),
  (from, id) => request('NOTIFY', from, id).replace(/Call-ID: .*\r\n/, ''),
];

function garbage(id: number): Buffer {
  return Buffer.alloc(40 + (id % 400), (id * 37) & 255);
}

async function open(address: string, onAnswer: (bytes: Uint8Array) => void): Promise<Source> {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  socket.on('message', onAnswer);
  return {socket, address, port: socket.address().port};
}

const [port, perSecond, seconds] = argv.slice(2).map(Number);
if (!port || !perSecond || !seconds || perSecond > mostASecond || seconds > mostSeconds) {
  throw new Error(
    `flood PORT MESSAGES_A_SECOND SECONDS, at most ${mostASecond} a second for ${mostSeconds} s`,
  );
}
let sent = 0;
let sentBytes = 0;
let answers = 0;
let answeredBytes = 0;
let answersToGarbage = 0;
const strangers: Source[] = [];
for (let index = 0; index < strangerCount; index++) {
  strangers.push(
    await open(`127.7.${index >> 6}.${1 + (index & 63)}`, ({length}) => {
      answers++;
      answeredBytes += length;
    }),
  );
}
const vandals: Source[] = [];
for (let index = 0; index < garbageCount; index++) {
  vandals.push(await open(`127.8.0.${1 + index}`, () => answersToGarbage++));
}

const start = performance.now();
const total = perSecond * seconds;
while (sent < total) {
  const due = Math.min(total, ((performance.now() - start) / 1000) * perSecond);
  for (; sent < due; sent++) {
    const round = Math.floor(sent / (kinds.length + 1));
    const kind = kinds[sent % (kinds.length + 1)];
    const from = kind ? strangers[sent % strangers.length]! : vandals[round % vandals.length]!;
    const bytes = kind ? Buffer.from(kind(from, sent)) : garbage(sent);
    sentBytes += bytes.length;
    from.socket.send(bytes, port, '127.0.0.1');
  }
  await pause(portion);
}
await pause(aftermath);
for (const {socket} of [...strangers, ...vandals]) socket.close();
const report: FloodReport = {sent, sentBytes, answers, answeredBytes, answersToGarbage};
stdout.write(`${JSON.stringify(report)}\n`);
