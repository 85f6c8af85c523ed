import {createSocket, type Socket} from 'node:dgram';
import {lookup, resolveSrv} from 'node:dns/promises';
import {isIPv6} from 'node:net';
import {systemClock} from '../base/clock.ts';
import {systemRandom} from '../base/random.ts';
import {routeTo} from '../sip/transport/route.ts';
import {formatSocketAddress, type SocketAddress} from '../sip/transport/transport.ts';
import {BehaviourDiscovery, type NatBehaviour} from '../stun/nat-behaviour.ts';
import {describeNat} from '../stun/nat-words.ts';
import {findServers} from '../stun/server-discovery.ts';
import {parseServerName} from '../stun/server-name.ts';

/**
 * `doorline nat`: what kind of NAT lies between this machine and a STUN server (RFC 5780), in plain words.
 * Exit code 0; 1 where the server cannot be found or does not answer, 2 where the name is none.
 */
export async function nat(name: string, port: string | undefined): Promise<number> {
  const server = parseServerName(port === undefined ? name : `${bracketed(name)}:${port}`);
  if (!server) {
    const given = port === undefined ? name : `${name} ${port}`;
    process.stderr.write(
      `${given} is no STUN server: stun.example.org, 192.0.2.1 or stun:192.0.2.1:3478 would be.\n`,
    );
    return 2;
  }
  const names = {services: resolveSrv, address: async (host: string) => (await lookup(host)).address};
  const [address] = await findServers(server, names, systemRandom);
  if (!address) return failed(`the name ${server.host} is not known: is it spelled right, does DNS work?`);
  console.log(`Asking the STUN server ${formatSocketAddress(address)}; this takes a few seconds.`);
  const sockets: Socket[] = [];
  try {
    const local = routeTo(address.address);
    sockets.push(await bound(local), await bound(local));
    await examine(sockets as [Socket, Socket], address);
    return 0;
  } catch (error) {
    return failed((error as Error).message);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** Prints what is found. Rejects where the server does not answer. */
async function examine([main, second]: [Socket, Socket], server: SocketAddress): Promise<void> {
  const {address, port} = main.address();
  const local = {address, port};
  const found = await new Promise<NatBehaviour>((resolve, reject) => {
    const discovery = new BehaviourDiscovery({
      clock: systemClock,
      random: systemRandom,
      server,
      local,
      send: (bytes, to, socket) =>
        (socket === 'main' ? main : second).send(bytes, to.port, to.address, () => {}),
      done: (result) => (result.ok ? resolve(result.value) : reject(new Error(result.error.text))),
    });
    main.on('message', (bytes, {address: from, port: fromPort}) =>
      discovery.receive(bytes, {address: from, port: fromPort}),
    );
    discovery.start();
  });
  for (const line of describeNat(found, local)) console.log(line);
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({address, port: 0}, resolve);
  });
  // What cannot be sent is as lost as what does not arrive.
  socket.removeAllListeners('error').on('error', () => {});
  return socket;
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function failed(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}
