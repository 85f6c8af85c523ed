import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {TestContext} from 'vitest';
import {notRunHere, peerProgram, requirePeers} from './peers/require.ts';
import type {Run} from './run-folder.ts';
import type {TestHost} from './station.ts';

const execute = promisify(execFile);
/** Forwards connections to a Unix socket, which every network namespace sees, to a port of 127.0.0.1. */
const forwarder = `
  const [port, file] = process.argv.slice(1);
  const {createServer, connect} = require('node:net');
  createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    client.pipe(server).pipe(client);
  }).listen(file, () => console.log('ready'));`;

let networks = 0;

/** A computer of its own: a network namespace. */
export class NamespaceHost implements TestHost {
  readonly address: string;
  readonly prefix: readonly string[];
  readonly #run: Run;
  #forwarders = 0;

  constructor(run: Run, namespace: string, address: string) {
    this.address = address;
    this.prefix = [peerProgram('ip'), 'netns', 'exec', namespace];
    this.#run = run;
  }

  async reach(url: string): Promise<string> {
    const {port} = new URL(url);
    const file = join(this.#run.folder, `${this.prefix.at(-1)}-${++this.#forwarders}.socket`);
    const command = [...this.prefix, process.execPath, '-e', forwarder, port, file];
    const inside = this.#run.processes.start(command[0]!, command.slice(1));
    await inside.waitForOutput(/ready/);
    const server = createServer((client) => {
      const there = connect(file);
      client.on('error', () => there.destroy());
      there.on('error', () => client.destroy());
      client.pipe(there).pipe(client);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    this.#run.atEnd(() => {
      server.close();
    });
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    return `http://127.0.0.1:${address.port}`;
  }
}

/**
 * Two networks and a router between, which translates addresses: a host inside, and one outside with two addresses.
 * The router lets in only what answers something (port-restricted), and gives ports from 20000 on instead of the
 * hosts' own. Needs root. Everything is removed at the end of the run.
 */
export class NatNetwork {
  readonly inside: NamespaceHost;
  readonly outside: NamespaceHost;
  readonly otherOutside = '203.0.113.11';
  /** The router's address outside. */
  router = '203.0.113.1';
  readonly #name: string;

  private constructor(run: Run, name: string) {
    this.#name = name;
    this.inside = new NamespaceHost(run, `${name}-in`, '192.168.50.2');
    this.outside = new NamespaceHost(run, `${name}-out`, '203.0.113.10');
  }

  static async create(run: Run): Promise<NatNetwork> {
    const name = `doorline-${process.pid}-${++networks}`;
    const network = new NatNetwork(run, name);
    for (const part of ['in', 'nat', 'out']) {
      await ip('netns', 'add', `${name}-${part}`);
      run.atEnd(() => ip('netns', 'del', `${name}-${part}`));
      await ip('-n', `${name}-${part}`, 'link', 'set', 'lo', 'up');
    }
    await network.#join('in', '192.168.50.2', '192.168.50.1');
    await network.#join('out', network.outside.address, network.router);
    await ip('-n', `${name}-in`, 'route', 'add', 'default', 'via', '192.168.50.1');
    await ip('-n', `${name}-out`, 'addr', 'add', `${network.otherOutside}/24`, 'dev', 'eth');
    await network.#onRouter('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    await network.#onRouter(
      peerProgram('nft'),
      `table ip home {
        chain outwards {
          type nat hook postrouting priority srcnat;
          oifname "to-out" meta l4proto udp masquerade to :20000-29999;
        }
        chain inwards {
          type filter hook input priority filter;
          iifname "to-out" ct state new drop;
        }
        chain through {
          type filter hook forward priority filter;
          iifname "to-out" ct state new drop;
        }
      }`,
    );
    return network;
  }

  /** The router gets another address outside: every mapping is gone. */
  async changeAddress(): Promise<void> {
    const before = this.router;
    this.router = '203.0.113.77';
    await ip('-n', `${this.#name}-nat`, 'addr', 'del', `${before}/24`, 'dev', 'to-out');
    await ip('-n', `${this.#name}-nat`, 'addr', 'add', `${this.router}/24`, 'dev', 'to-out');
  }

  /** The router loses the first datagram that begins so, of each of these beginnings. */
  async loseFirst(...beginnings: string[]): Promise<void> {
    const rules = beginnings.map((text) => {
      const bytes = Buffer.from(text, 'latin1');
      // What stands behind the eight octets of the UDP header.
      const match = `meta l4proto udp @th,64,${8 * bytes.length} 0x${bytes.toString('hex')}`;
      return `${match} limit rate 1/day burst 1 packets drop`;
    });
    const lines = ['type filter hook forward priority -10', ...rules].join('\n');
    await this.#onRouter(peerProgram('nft'), `table ip lossy {\nchain loss {\n${lines}\n}\n}`);
  }

  /** Joins a host with the router by a cable. */
  async #join(part: 'in' | 'out', address: string, router: string): Promise<void> {
    const host = `${this.#name}-${part}`;
    const middle = `${this.#name}-nat`;
    const cable = [
      'link',
      'add',
      'eth',
      'netns',
      host,
      'type',
      'veth',
      'peer',
      'name',
      `to-${part}`,
      'netns',
      middle,
    ];
    await ip(...cable);
    await ip('-n', host, 'addr', 'add', `${address}/24`, 'dev', 'eth');
    await ip('-n', host, 'link', 'set', 'eth', 'up');
    await ip('-n', middle, 'addr', 'add', `${router}/24`, 'dev', `to-${part}`);
    await ip('-n', middle, 'link', 'set', `to-${part}`, 'up');
  }

  async #onRouter(...command: string[]): Promise<void> {
    await ip('netns', 'exec', `${this.#name}-nat`, ...command);
  }
}

export async function ip(...parameters: string[]): Promise<void> {
  await execute(peerProgram('ip'), parameters);
}

/** For a test that needs such networks, beside `requirePeers`: skips it where this machine does not let it have any. */
export async function requireNetworks(context: TestContext): Promise<void> {
  requirePeers(context, 'ip', 'nft');
  const name = `doorline-${process.pid}-probe`;
  try {
    await ip('netns', 'add', name);
    await ip('netns', 'del', name);
  } catch (error) {
    const words = (error as Error).message.trim().split('\n').at(-1);
    notRunHere(context, `needs network namespaces, for which it takes root: ${words}`);
  }
}
