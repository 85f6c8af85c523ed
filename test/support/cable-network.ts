import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ip, NamespaceHost} from './nat-network.ts';
import type {Run} from './run-folder.ts';

let networks = 0;

/** Two computers joined by a cable, which can be pulled. Needs root. Everything is removed at the end of the run. */
export class CableNetwork {
  readonly server: NamespaceHost;
  readonly station: NamespaceHost;
  readonly #name: string;
  readonly #folder: string;

  private constructor(run: Run, name: string) {
    this.#name = name;
    this.#folder = run.folder;
    this.server = new NamespaceHost(run, `${name}-server`, '192.0.2.1');
    this.station = new NamespaceHost(run, `${name}-station`, '192.0.2.7');
  }

  static async create(run: Run): Promise<CableNetwork> {
    const name = `doorline-${process.pid}-cable-${++networks}`;
    for (const part of ['server', 'station']) {
      await ip('netns', 'add', `${name}-${part}`);
      run.atEnd(() => ip('netns', 'del', `${name}-${part}`));
      await ip('-n', `${name}-${part}`, 'link', 'set', 'lo', 'up');
    }
    const network = new CableNetwork(run, name);
    const ends = [`${name}-server`, `${name}-station`] as const;
    await ip('link', 'add', 'eth', 'netns', ends[0], 'type', 'veth', 'peer', 'name', 'eth', 'netns', ends[1]);
    await ip('-n', ends[0], 'addr', 'add', `${network.server.address}/24`, 'dev', 'eth');
    await network.addAddress(network.station.address);
    for (const end of ends) await ip('-n', end, 'link', 'set', 'eth', 'up');
    return network;
  }

  /** Gives the station an address more. */
  async addAddress(address: string): Promise<void> {
    await ip('-n', `${this.#name}-station`, 'addr', 'add', `${address}/24`, 'dev', 'eth');
  }

  async removeAddress(address: string): Promise<void> {
    await ip('-n', `${this.#name}-station`, 'addr', 'del', `${address}/24`, 'dev', 'eth');
  }

  /** Gives the station `count` addresses one after another, and takes each away at once. */
  async churn(count: number): Promise<void> {
    const file = join(this.#folder, 'churn');
    const commands = Array.from({length: count}, (_, index) => {
      const address = `10.0.${index >> 8}.${index & 255}/32`;
      return `addr add ${address} dev eth\naddr del ${address} dev eth\n`;
    });
    writeFileSync(file, commands.join(''));
    await ip('-n', `${this.#name}-station`, '-batch', file);
  }

  /** Pulls the cable at the server's end, or plugs it in: the station's link loses its carrier, or gets it back. */
  async plug(plugged: boolean): Promise<void> {
    await ip('-n', `${this.#name}-server`, 'link', 'set', 'eth', plugged ? 'up' : 'down');
  }
}
