import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort, freePorts} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {peerProgram} from './require.ts';

export interface SippOptions {
  /** `uac` and `uas` are sipp's own; other scenarios are given as XML. */
  scenario: 'uac' | 'uas' | {readonly name: string; readonly xml: string};
  /** The SIP port on 127.0.0.1 that is called; none where sipp is called. */
  target?: number;
  /** The user part that is called: `[service]` in scenarios. */
  service?: string;
  /** Calls after one another, or at `callsPerSecond`. */
  calls?: number;
  callsPerSecond?: number;
  /** How long each call lasts, in ms, where the scenario leaves it open. */
  callMilliseconds?: number;
  /** The whole run is given up after so many seconds. */
  seconds?: number;
  /** The one processor that it may use, by its number. */
  processor?: number;
}

export interface SippResult {
  /** 0 where all calls went well. */
  readonly exitCode: number;
  readonly successful: number;
  readonly failed: number;
  /** Messages that the scenario did not expect, from sipp's error log. */
  readonly errors: string;
}

/** Its own socket buffers would lose datagrams at a thousand calls a second and more. */
const enoughBuffer = ['-buff_size', String(1 << 20)];

/** One run of sipp on 127.0.0.1. */
export class Sipp {
  /** Its SIP port. */
  readonly port: number;
  readonly process: RunningProcess;
  readonly #folder: string;
  readonly #seconds: number;

  private constructor(port: number, process: RunningProcess, folder: string, seconds: number) {
    this.port = port;
    this.process = process;
    this.#folder = folder;
    this.#seconds = seconds;
  }

  /** Starts it; where it is to be called, it is ready as soon as this returns. */
  static async start(run: Run, options: SippOptions): Promise<Sipp> {
    const port = await freePort();
    const media = await freePorts(4);
    const seconds = options.seconds ?? 60;
    const folder = join(run.folder, `sipp-${port}`);
    mkdirSync(folder);
    const process = run.processes.start(
      peerProgram('sipp'),
      [
        ...scenario(folder, options.scenario),
        ...['-i', '127.0.0.1', '-p', String(port), '-mi', '127.0.0.1', '-mp', String(media.first)],
        ...['-m', String(options.calls ?? 1), '-timeout', `${seconds}s`, '-timeout_error'],
        ...(options.callsPerSecond === undefined
          ? ['-l', '1']
          : ['-r', String(options.callsPerSecond), ...enoughBuffer]),
        ...(options.callMilliseconds === undefined ? [] : ['-d', String(options.callMilliseconds)]),
        ...(options.service === undefined ? [] : ['-s', options.service]),
        ...['-nostdin', '-trace_stat', '-fd', '1', '-trace_err'],
        ...(options.target === undefined ? [] : [`127.0.0.1:${options.target}`]),
      ],
      {
        cwd: folder,
        env: {TERM: 'dumb'},
        ...(options.processor === undefined ? {} : {processor: options.processor}),
      },
    );
    const sipp = new Sipp(port, process, folder, seconds);
    await process.waitUntil('its port is bound', () => !process.running || udpBound(port));
    return sipp;
  }

  /** Waits for the end of all its calls. */
  async result(): Promise<SippResult> {
    const exitCode = await this.process.waitForExit((this.#seconds + 5) * 1000);
    const figure = this.#statistics();
    return {
      exitCode,
      successful: figure('SuccessfulCall(C)'),
      failed: figure('FailedCall(C)'),
      errors: this.#file('_errors.log'),
    };
  }

  /** After the end: calls a second that it began, over all its time, and messages that it sent again for want of an answer. */
  pace(): {rate: number; retransmissions: number} {
    const figure = this.#statistics();
    return {rate: figure('CallRate(C)'), retransmissions: figure('Retransmissions(C)')};
  }

  /** The last line of its statistics, a table with semicolons; "(C)" marks cumulative counts. */
  #statistics(): (name: string) => number {
    const lines = this.#file('.csv').trim().split('\n');
    const names = lines[0]?.split(';') ?? [];
    const figures = lines.at(-1)?.split(';') ?? [];
    return (name) => Number(figures[names.indexOf(name)] ?? 0);
  }

  #file(ending: string): string {
    const name = readdirSync(this.#folder).find((file) => file.endsWith(ending));
    return name === undefined ? '' : readFileSync(join(this.#folder, name), 'utf8');
  }
}

function scenario(folder: string, chosen: SippOptions['scenario']): string[] {
  if (typeof chosen === 'string') return ['-sn', chosen];
  const file = join(folder, `${chosen.name}.xml`);
  writeFileSync(file, chosen.xml);
  return ['-sf', file];
}

/** Whether something is bound to the UDP port, as the kernel lists it. */
function udpBound(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return existsSync('/proc/net/udp') && readFileSync('/proc/net/udp', 'utf8').includes(wanted);
}
