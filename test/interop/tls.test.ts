import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {createServer, type TLSSocket} from 'node:tls';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../firmware/base/clock.ts';
import {parseConfig} from '../../firmware/config/load-config.ts';
import {StreamTransport} from '../../firmware/sip/transport/stream-transport.ts';
import {tcpSockets} from '../../firmware/sip/transport/tcp.ts';
import {type TlsOptions, TlsSockets} from '../../firmware/sip/transport/tls.ts';
import type {Destination, SocketAddress} from '../../firmware/sip/transport/transport.ts';
import {Authority} from '../support/certificates.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';

const options = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n');

function open(tls: TlsOptions): StreamTransport {
  const transport = new StreamTransport(new TlsSockets(tls, systemClock), systemClock);
  onTestFinished(() => transport.close());
  return transport;
}

function to(address: SocketAddress, serverName: string): Destination {
  return {transport: 'TLS', ...address, serverName};
}

/** `arrived`, or why it could not be sent. */
function outcome(
  client: StreamTransport,
  server: StreamTransport,
  destination: Destination,
): Promise<string> {
  return new Promise((resolve) => {
    server.onMessage = () => resolve('arrived');
    client.send(options, destination, resolve);
  });
}

/** What a test has given its client and its server. */
interface Pair {
  readonly client: StreamTransport;
  readonly server: StreamTransport;
  readonly bound: SocketAddress;
}

async function pair(server: TlsOptions, client: TlsOptions): Promise<Pair> {
  const listening = open(server);
  return {client: open(client), server: listening, bound: await listening.bind('127.0.0.1', 0)};
}

const names: [string, string[], string, string][] = [
  ['a DNS name', ['DNS:home.test'], 'home.test', 'arrived'],
  ['a DNS name in other letters', ['DNS:Home.Test'], 'hOME.tEST', 'arrived'],
  ['a SIP URI', ['URI:sip:home.test'], 'home.test', 'arrived'],
  ['an address', ['IP:127.0.0.1'], '127.0.0.1', 'arrived'],
  ['several names', ['DNS:a.test', 'URI:sip:b.test', 'DNS:home.test'], 'home.test', 'arrived'],
  ['another name', ['DNS:other.test'], 'home.test', 'its certificate is for other.test, not for home.test'],
  ['a wildcard', ['DNS:*.test'], 'home.test', 'its certificate is for *.test, not for home.test'],
  ['a user of the domain', ['URI:sip:door@home.test'], 'home.test', 'is for nobody'],
  ['a page of the domain', ['URI:https://home.test'], 'home.test', 'is for nobody'],
  [
    'an address instead',
    ['IP:127.0.0.1'],
    'home.test',
    'its certificate is for 127.0.0.1, not for home.test',
  ],
  ['a name instead of the address', ['DNS:home.test'], '127.0.0.1', 'is for home.test, not for 127.0.0.1'],
  ['no names but its common name', [], 'server', 'is for nobody (it has no subjectAltName), not for server'],
];

test('a certificate counts for the names it has, and for no others (RFC 5922)', async (context) => {
  requirePeers(context, 'openssl');
  const authority = new Authority(startRun(context).folder);
  const trusting = {authorities: authority.identity.certificate, verify: true};
  for (const [what, held, asked, expected] of names) {
    const {client, server, bound} = await pair({...authority.issue('server', held), verify: true}, trusting);
    expect(await outcome(client, server, to(bound, asked)), what).toContain(expected);
    expect(client.connections, what).toBe(expected === 'arrived' ? 1 : 0);
  }
});

test('an unknown authority, one that signs itself, and a date in the past are each refused with their reason', async (context) => {
  requirePeers(context, 'openssl');
  const {folder} = startRun(context);
  const [known, other] = [new Authority(folder, 'known'), new Authority(folder, 'other')];
  const trusting = {authorities: known.identity.certificate, verify: true};
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const cases: [TlsOptions, TlsOptions, string][] = [
    [
      {...other.issue('server', ['DNS:home.test']), verify: true},
      trusting,
      "its certificate comes from an unknown authority (CN=Doorline test other); to trust it, name the authority's certificate in sip.tls.authorities",
    ],
    [{...other.identity, verify: true}, trusting, 'its certificate is signed by itself'],
    [
      {...known.issue('old', ['DNS:home.test'], -1), verify: true},
      trusting,
      `its certificate expired on ${yesterday}`,
    ],
    // The system trusts neither.
    [
      {...known.issue('server', ['DNS:home.test']), verify: true},
      {verify: true},
      'from an unknown authority',
    ],
    [{...other.issue('old', ['DNS:other.test'], -1), verify: true}, {verify: false}, 'arrived'],
  ];
  for (const [serverOptions, clientOptions, expected] of cases) {
    const {client, server, bound} = await pair(serverOptions, clientOptions);
    expect(await outcome(client, server, to(bound, 'home.test'))).toContain(expected);
  }
});

test('nothing is sent to a server that is not who was meant', async (context) => {
  requirePeers(context, 'openssl');
  const authority = new Authority(startRun(context).folder);
  const {certificate, key} = authority.issue('server', ['DNS:other.test']);
  let received = 0;
  const closed = Promise.withResolvers<void>();
  const server = createServer({cert: certificate, key}, (socket) => {
    socket.on('data', (bytes) => (received += bytes.length)).on('error', () => {});
  });
  server.on('connection', (socket) => socket.on('close', closed.resolve));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = open({authorities: authority.identity.certificate, verify: true});
  const {port} = server.address() as AddressInfo;
  const text = await new Promise<string>((resolve) =>
    client.send(options, to({address: '127.0.0.1', port}, 'home.test'), resolve),
  );
  expect(text).toBe(`cannot send to 127.0.0.1:${port}: its certificate is for other.test, not for home.test`);
  await closed.promise;
  expect(received).toBe(0);
});

test('SNI carries the name, and our own certificate where the server asks for it', async (context) => {
  requirePeers(context, 'openssl');
  const authority = new Authority(startRun(context).folder);
  const {certificate, key} = authority.issue('server', ['DNS:home.test']);
  const ca = authority.identity.certificate;
  const seen: unknown[] = [];
  const server = createServer(
    {cert: certificate, key, ca, requestCert: true, rejectUnauthorized: true},
    (socket) => {
      seen.push((socket as TLSSocket & {servername: string}).servername, socket.authorized);
      socket
        .on('data', () => socket.end('SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'))
        .on('error', () => {});
    },
  );
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  const there = to({address: '127.0.0.1', port}, 'home.test');

  const known = open({...authority.issue('door', ['DNS:door.test']), authorities: ca, verify: true});
  await new Promise<void>((resolve, reject) => {
    known.onMessage = () => resolve();
    known.send(options, there, (text) => reject(new Error(text)));
  });
  expect(seen).toEqual(['home.test', true]);

  const nobody = open({authorities: ca, verify: true});
  const text = await new Promise<string>((resolve) => nobody.send(options, there, resolve));
  expect(text).toContain('it may ask for a certificate of ours: sip.tls.certificate and sip.tls.key');
});

test('a connection is used again for a name that its certificate has, for an address, and for no other name', async (context) => {
  requirePeers(context, 'openssl');
  const authority = new Authority(startRun(context).folder);
  const {client, server, bound} = await pair(
    {...authority.issue('server', ['DNS:home.test', 'DNS:also.test']), verify: true},
    {authorities: authority.identity.certificate, verify: true},
  );
  for (const name of ['home.test', 'also.test', '127.0.0.1']) {
    expect(await outcome(client, server, to(bound, name))).toBe('arrived');
    expect(client.connections, name).toBe(1);
  }
  expect(await outcome(client, server, to(bound, 'other.test'))).toContain('not for other.test');
  expect(await outcome(client, server, to(bound, 'home.test'))).toBe('arrived');
});

test('what does not speak TLS is named so, on either side', async (context) => {
  requirePeers(context, 'openssl');
  const authority = new Authority(startRun(context).folder);
  const plain = new StreamTransport(tcpSockets, systemClock);
  onTestFinished(() => plain.close());
  const deaf = await plain.bind('127.0.0.1', 0);
  const {client, server, bound} = await pair(
    {...authority.issue('server', ['DNS:home.test']), verify: true},
    {authorities: authority.identity.certificate, verify: true},
  );
  const text = await outcome(client, plain, to(deaf, 'home.test'));
  expect(text).toMatch(/the other side (closed|broke) the connection|does not speak TLS/);
  plain.send(options, {transport: 'TCP', ...bound});
  expect(await outcome(client, server, to(bound, 'home.test'))).toBe('arrived');
});

test('a key that belongs to another certificate is found before the start', async (context) => {
  requirePeers(context, 'openssl');
  const {folder} = startRun(context);
  const authority = new Authority(folder);
  const [own, other] = [authority.issue('door', ['DNS:a.test']), authority.issue('other', ['DNS:b.test'])];
  const load = (keyFile: string) => {
    const text = `board: pc\nsip: {tls: {certificate: ${own.certificateFile}, key: ${keyFile}}}`;
    const boards = new Map([['pc', {inputs: [], outputs: []}]]);
    return parseConfig(text, join(folder, 'config.yaml'), boards, () => ({reason: 'no secrets'}));
  };
  const good = load(own.keyFile);
  expect(good.ok && good.value.sip.tls).toMatchObject({certificate: own.certificateFile, verify: true});
  const bad = load(other.keyFile);
  expect(bad.ok || bad.error.map(({key, message}) => `${key} ${message}`)).toEqual([
    'sip.tls.key does not belong to the certificate in sip.tls.certificate',
  ]);
});
