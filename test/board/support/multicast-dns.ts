import {createSocket} from 'node:dgram';
import {readName, writeName} from '../../../firmware/dns/name.ts';
import {HOST} from './network.ts';

const GROUP = '224.0.0.251';
const PORT = 5353;
const TYPES = {A: 1, PTR: 12, SRV: 33} as const;
const HEADER = 12;
/** A query may be lost, and everything is slow here; ms. */
const [PATIENCE, AGAIN] = [60_000, 2_000];

/**
 * Asks the network by multicast (RFC 6762), as a computer does that looks for a name under .local.
 * @returns the first answer: an address (A), a name (PTR) or "NAME:PORT" (SRV).
 * @throws Error where nobody answers.
 */
export async function askNetwork(name: string, type: keyof typeof TYPES): Promise<string> {
  const socket = createSocket({type: 'udp4', reuseAddr: true});
  await new Promise<void>((resolve) => socket.bind(PORT, resolve));
  socket.setMulticastInterface(HOST);
  socket.addMembership(GROUP, HOST);
  const question = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    writeName(name)!,
    Buffer.from([0, TYPES[type], 0, 1]),
  ]);
  const ask = () => socket.send(question, PORT, GROUP);
  const timer = setInterval(ask, AGAIN);
  try {
    return await new Promise((resolve, reject) => {
      const end = setTimeout(() => reject(new Error(`Nobody in the network knows ${name}`)), PATIENCE);
      socket.on('message', (message) => {
        const answer = readAnswers(message).find((one) => one.name === name && one.type === TYPES[type]);
        if (answer === undefined) return;
        clearTimeout(end);
        resolve(answer.content);
      });
      ask();
    });
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

interface Answer {
  readonly name: string;
  readonly type: number;
  readonly content: string;
}

/** The answers in a response (RFC 1035 section 4.1.3); a query has none. */
function readAnswers(message: Buffer): Answer[] {
  let at = HEADER;
  for (let index = 0; index < message.readUInt16BE(4); index += 1) at = readName(message, at)!.next + 4;
  return Array.from({length: message.readUInt16BE(6)}, () => {
    const {name, next} = readName(message, at)!;
    const type = message.readUInt16BE(next);
    const data = next + 10;
    at = data + message.readUInt16BE(next + 8);
    if (type === TYPES.PTR) return {name, type, content: readName(message, data)!.name};
    if (type === TYPES.SRV) {
      return {
        name,
        type,
        content: `${readName(message, data + 6)!.name}:${message.readUInt16BE(data + 4)}`,
      };
    }
    return {name, type, content: [...message.subarray(data, at)].join('.')};
  });
}
