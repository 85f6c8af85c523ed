import {freePort} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {peerProgram} from './require.ts';
import {pingStun} from './stun-ping.ts';

export interface CoturnOptions {
  /** Where it listens; RFC 5780 takes two. */
  addresses?: readonly string[];
  /** Its port, and its second one. Free ones where nothing is said. */
  port?: number;
  alternatePort?: number;
  /** Long-term credentials that Binding requests need. */
  user?: {name: string; password: string};
  /** Runs it another way, for example inside a network namespace. */
  prefix?: readonly string[];
}

/** coturn as a STUN server with two addresses and two ports (RFC 5780). */
export class Coturn {
  readonly port: number;
  readonly process: RunningProcess;

  private constructor(port: number, process: RunningProcess) {
    this.port = port;
    this.process = process;
  }

  /** Starts it, and waits until it answers, or, where it runs elsewhere, until its listeners are open. */
  static async start(run: Run, options: CoturnOptions = {}): Promise<Coturn> {
    const addresses = options.addresses ?? ['127.0.0.1', '127.0.0.2'];
    const port = options.port ?? (await freePort());
    const alternate = options.alternatePort ?? (await freePort());
    const {user, prefix = []} = options;
    const [command, ...parameters] = [
      ...prefix,
      peerProgram('turnserver'),
      ...['-n', '--no-cli', '--no-tls', '--no-dtls', '--no-tcp', '--log-file=stdout', '--simple-log'],
      '--stun-only',
      '--fingerprint',
      `--pidfile=${run.folder}/coturn.pid`,
      `--userdb=${run.folder}/coturn.db`,
      `--listening-port=${port}`,
      `--alt-listening-port=${alternate}`,
      '--relay-threads=1',
      ...addresses.map((address) => `--listening-ip=${address}`),
      ...(user
        ? ['--secure-stun', '--lt-cred-mech', '--realm=home.test', `--user=${user.name}:${user.password}`]
        : ['--no-auth']),
    ];
    const process = run.processes.start(command!, parameters);
    if (prefix.length === 0) await process.waitUntil('it answers', () => pingStun(port));
    else await process.waitForOutput(/Total General servers/);
    return new Coturn(port, process);
  }
}
