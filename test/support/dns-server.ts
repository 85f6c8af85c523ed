import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {createServer, type Server} from 'node:net';

/** A record of a zone, as a test writes it. */
export type ZoneRecord =
  | {readonly type: 'A' | 'AAAA'; readonly address: string; readonly ttl?: number}
  | {readonly type: 'CNAME'; readonly target: string; readonly ttl?: number}
  | {
      readonly type: 'SRV';
      readonly priority?: number;
      readonly weight?: number;
      readonly port: number;
      readonly target: string;
      readonly ttl?: number;
    }
  | {
      readonly type: 'NAPTR';
      readonly order?: number;
      readonly preference?: number;
      readonly flags?: string;
      readonly service: string;
      readonly regexp?: string;
      readonly replacement: string;
      readonly ttl?: number;
    };

/** What exists, by name in lower case. */
export type Zone = Record<string, readonly ZoneRecord[]>;

/** How a server behaves: as it should, or in one of the ways in which servers and networks fail. */
export type Behaviour =
  | 'answers'
  | 'is silent'
  | 'fails'
  | 'sends garbage'
  | 'cuts the answer in two'
  | 'answers something else';

const typeCodes: Record<string, number> = {A: 1, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33, NAPTR: 35};
const longestDatagram = 512;
const usualTtl = 300;

/**
 * The response to a query for `zone`, as the name server of it would send it: aliases followed, a SOA with every no.
 * `limit` is the longest response; what is longer is cut and marked (TC).
 */
export function answerQuery(zone: Zone, query: Uint8Array, limit = Number.POSITIVE_INFINITY): Buffer {
  const {name, type, end} = readQuestion(query);
  const answers: Buffer[] = [];
  let owner = name;
  let found = false;
  for (let aliases = 0; aliases < 10 && !found; aliases += 1) {
    const own = zone[owner.toLowerCase()] ?? [];
    const fitting = own.filter((record) => record.type === type);
    found = fitting.length > 0;
    answers.push(...fitting.map((record) => writeRecord(owner, record)));
    const alias = found ? undefined : own.find((record) => record.type === 'CNAME');
    if (alias?.type !== 'CNAME') break;
    answers.push(writeRecord(owner, alias));
    owner = alias.target;
  }
  const exists = zone[name.toLowerCase()] !== undefined;
  // Of an alias that leads out of the zone, this server can say no more.
  const leadsAway = exists && zone[owner.toLowerCase()] === undefined;
  const authority = found || leadsAway ? [] : [writeZoneRecord()];
  const header = Buffer.from(query.subarray(0, end));
  header.writeUInt16BE(0x8580 | (exists ? 0 : 3), 2);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(authority.length, 8);
  header.writeUInt16BE(0, 10);
  const whole = Buffer.concat([header, ...answers, ...authority]);
  if (whole.length <= limit) return whole;
  whole.writeUInt16BE(0x8780, 2);
  return whole.subarray(0, limit);
}

/** A small name server on a loopback address, over UDP and TCP at the same port. */
export class DnsServer {
  zone: Zone;
  behaviour: Behaviour = 'answers';
  /** What was asked, in order: `SRV _sip._udp.example.org`. */
  readonly asked: string[] = [];
  readonly port: number;
  #udp: Socket;
  #tcp: Server;

  private constructor(zone: Zone, udp: Socket, tcp: Server) {
    this.zone = zone;
    this.#udp = udp;
    this.#tcp = tcp;
    this.port = udp.address().port;
    udp.on('message', (query, {port, address}) => {
      const response = this.#respond(query, longestDatagram);
      if (response) udp.send(response, port, address);
    });
    tcp.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('data', (query) => {
        const response = this.#respond(query.subarray(2), Number.POSITIVE_INFINITY);
        if (response)
          socket.end(Buffer.concat([Buffer.from([response.length >> 8, response.length]), response]));
      });
    });
  }

  static async start(zone: Zone): Promise<DnsServer> {
    for (;;) {
      const udp = createSocket('udp4');
      udp.bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const tcp = createServer();
      try {
        tcp.listen(udp.address().port, '127.0.0.1');
        await once(tcp, 'listening');
        return new DnsServer(zone, udp, tcp);
      } catch {
        udp.close(); // somebody else has that port of TCP
      }
    }
  }

  /** Its address as a name server is given. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await Promise.all([
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
      new Promise((resolve) => this.#tcp.close(resolve)),
    ]);
  }

  #respond(query: Buffer, limit: number): Buffer | undefined {
    const {name, type} = readQuestion(query);
    this.asked.push(`${type} ${name}`);
    return respondAs(this.behaviour, this.zone, query, limit);
  }
}

/** The response of a server that behaves like this; undefined where it says nothing. */
export function respondAs(
  behaviour: Behaviour,
  zone: Zone,
  query: Uint8Array,
  limit?: number,
): Buffer | undefined {
  const response = answerQuery(zone, query, limit);
  switch (behaviour) {
    case 'answers':
      return response;
    case 'is silent':
      return undefined;
    case 'fails':
      response.writeUInt16BE(0x8182, 2);
      return response;
    case 'sends garbage':
      return Buffer.concat([response.subarray(0, 2), Buffer.alloc(40, 0xc1)]);
    case 'cuts the answer in two':
      return response.subarray(0, Math.floor(response.length / 2) + 8);
    case 'answers something else':
      return answerQuery(zone, writeQuestion(query.subarray(0, 2), 'elsewhere.example', 'A'), limit);
  }
}

/** What a query asks for. */
export function readQuestion(query: Uint8Array): {name: string; type: string; end: number} {
  const labels: string[] = [];
  let offset = 12;
  for (let length = query[offset]!; length > 0; length = query[offset]!) {
    labels.push(Buffer.from(query.subarray(offset + 1, offset + 1 + length)).toString('latin1'));
    offset += length + 1;
  }
  const code = query[offset + 1]! * 256 + query[offset + 2]!;
  const type = Object.keys(typeCodes).find((name) => typeCodes[name] === code) ?? String(code);
  return {name: labels.join('.'), type, end: offset + 5};
}

function writeQuestion(id: Uint8Array, name: string, type: string): Buffer {
  const header = Buffer.concat([id, Buffer.from([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])]);
  return Buffer.concat([header, writeName(name), Buffer.from([0, typeCodes[type]!, 0, 1])]);
}

function writeRecord(owner: string, record: ZoneRecord): Buffer {
  return frame(owner, record.type, record.ttl ?? usualTtl, writeData(record));
}

/** The SOA of the zone: a no holds for 20 s. */
function writeZoneRecord(): Buffer {
  const numbers = [1, 3600, 600, 86_400, 20].map(number32);
  return frame('example.org', 'SOA', 3600, Buffer.concat([writeName('ns'), writeName('admin'), ...numbers]));
}

function frame(owner: string, type: string, ttl: number, data: Buffer): Buffer {
  const fixed = Buffer.concat([
    Buffer.from([0, typeCodes[type]!, 0, 1]),
    number32(ttl),
    number16(data.length),
  ]);
  return Buffer.concat([writeName(owner), fixed, data]);
}

function writeData(record: ZoneRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'AAAA': {
      const [head = '', tail] = record.address.split('::');
      const groups = (text: string) => (text === '' ? [] : text.split(':'));
      const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
      const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail ?? '')];
      return Buffer.concat(all.map((group) => number16(Number.parseInt(group, 16))));
    }
    case 'CNAME':
      return writeName(record.target);
    case 'SRV': {
      const numbers = [record.priority ?? 0, record.weight ?? 0, record.port].map(number16);
      return Buffer.concat([...numbers, writeName(record.target)]);
    }
    case 'NAPTR': {
      const numbers = [record.order ?? 10, record.preference ?? 10].map(number16);
      const texts = [record.flags ?? 's', record.service, record.regexp ?? ''].map((text) =>
        Buffer.from([text.length, ...Buffer.from(text, 'latin1')]),
      );
      return Buffer.concat([...numbers, ...texts, writeName(record.replacement)]);
    }
  }
}

/** Uncompressed; the empty name is the root. */
function writeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.from([...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0]);
}

function number16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function number32(value: number): Buffer {
  return Buffer.concat([number16(value >>> 16), number16(value & 0xffff)]);
}
