import {type ChildProcess, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createWriteStream, mkdirSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));
const secondsToStart = 20;

/** `preferred` where it is free on 127.0.0.1, else any UDP port that is. */
export async function freeUdpPort(preferred: number): Promise<number> {
  const socket = createSocket('udp4');
  try {
    socket.bind(preferred, '127.0.0.1');
    await once(socket, 'listening');
    return socket.address().port;
  } catch {
    return preferred === 0 ? Promise.reject(new Error('no free UDP port')) : freeUdpPort(0);
  } finally {
    socket.close();
  }
}

/** One `doorline run` in a process of its own, with its folder, configuration and log. */
export class StationProcess {
  readonly httpPort: number;
  /** Told, in words, when the process ends without having been stopped. */
  onExit: ((text: string) => void) | undefined;
  readonly #child: ChildProcess;
  #stopping = false;

  private constructor(child: ChildProcess, httpPort: number, describeExit: (code: number | null) => string) {
    this.#child = child;
    this.httpPort = httpPort;
    child.on('exit', (code) => {
      if (!this.#stopping) this.onExit?.(describeExit(code));
    });
  }

  /**
   * Writes the configuration into `parent`/`name`, starts the station and waits until it serves HTTP.
   * Rejects with the station's own words when it does not start.
   */
  static async start(name: string, parent: URL, configuration: string): Promise<StationProcess> {
    const folder = fileURLToPath(new URL(`${name}/`, parent));
    mkdirSync(folder, {recursive: true});
    const file = `${folder}doorline.yaml`;
    const logFile = `${folder}station.log`;
    writeFileSync(file, configuration);

    const child = spawn(process.execPath, [program, 'run', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logFile);
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    let words = '';
    child.stderr.on('data', (text) => {
      words = `${words}${text}`.slice(-4000);
    });
    const describeExit = (code: number | null) =>
      `The ${name} station ended (exit code ${code}). Its log: ${logFile}\n${words}`;

    const httpPort = await new Promise<number>((resolve, reject) => {
      const deadline = setTimeout(
        () =>
          reject(
            new Error(`The ${name} station did not start within ${secondsToStart} s. Its log: ${logFile}`),
          ),
        secondsToStart * 1000,
      );
      child.once('exit', (code) => reject(new Error(describeExit(code))));
      createInterface({input: child.stdout}).on('line', (line) => {
        const address = /"http":"http:\/\/[^"]*:(\d+)/.exec(line)?.[1];
        if (!address) return;
        clearTimeout(deadline);
        resolve(Number(address));
      });
    }).catch((error: unknown) => {
      child.kill();
      throw error;
    });
    return new StationProcess(child, httpPort, describeExit);
  }

  /** Ends the station: it hangs up first. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(force);
  }
}
