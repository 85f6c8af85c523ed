import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';

/** The last part of a process's output that is kept, in characters: enough for any error message. */
const OUTPUT_LIMIT = 256 * 1024;
const KILL_AFTER_MS = 3000;
/** In the virtual machine of test/hardware everything is emulated: it takes many times longer, and looking often slows it. */
const [PATIENCE, POLL_MS] = process.env['DOORLINE_KERNEL'] === undefined ? [1, 10] : [6, 200];

export interface ProcessOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** The one processor that it may use, by its number; default: all of them. */
  processor?: number;
}

/** A program that runs beside the test: its output is kept, it is ended by its own pid. */
export class RunningProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = '';
  #failure: Error | undefined;

  constructor(command: string, parameters: readonly string[], options: ProcessOptions = {}) {
    this.name = `${command.split('/').at(-1)} (${parameters.join(' ')})`.slice(0, 120);
    // stdin stays open until the process is ended: some phones take its end for "quit".
    const pinned = options.processor === undefined ? [] : ['taskset', '-c', String(options.processor)];
    // It takes the place of taskset, and so keeps its pid.
    const [program, ...words] = [...pinned, command, ...parameters];
    this.#child = spawn(program!, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
      env: {...process.env, ...options.env},
    });
    this.#child.on('error', (error) => {
      this.#failure = error;
    });
    this.#child.stdin?.on('error', () => {}); // it ended before it read: its exit status tells
    const keep = (chunk: string): void => {
      this.#output = (this.#output + chunk).slice(-OUTPUT_LIMIT);
    };
    this.#child.stdout?.setEncoding('utf8').on('data', keep);
    this.#child.stderr?.setEncoding('utf8').on('data', keep);
    this.#exited = once(this.#child, 'close').then(
      () => {},
      () => {},
    );
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Everything it printed so far, both streams in order of arrival; the oldest part is dropped. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#failure === undefined && this.exitCode === undefined;
  }

  /** The exit status; -1 where a signal ended it; undefined while it runs. */
  get exitCode(): number | undefined {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    return this.#child.signalCode === null ? undefined : -1;
  }

  /** Writes to its standard input. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.#child.kill(name);
  }

  /**
   * Waits until `ready` returns something other than false or undefined, and returns that.
   * @throws with the output where the process ends first, or after `timeout` ms.
   */
  async waitUntil<Value>(
    what: string,
    ready: () => Value | Promise<Value>,
    timeout = 10_000,
  ): Promise<Exclude<Value, false | undefined>> {
    const deadline = performance.now() + PATIENCE * timeout;
    for (;;) {
      const value = await ready();
      if (value !== false && value !== undefined) return value as Exclude<Value, false | undefined>;
      if (!this.running) throw this.#error(`ended before ${what}`);
      if (performance.now() > deadline) throw this.#error(`${what}: not within ${PATIENCE * timeout} ms`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits for text in the output, and returns the match. */
  waitForOutput(pattern: RegExp, timeout?: number): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.#output) ?? undefined;
    return this.waitUntil(`it printed ${pattern}`, found, timeout);
  }

  /** Waits for its end, and returns the exit status. It is killed after `timeout` ms, with its children. */
  async waitForExit(timeout: number): Promise<number> {
    const guard = setTimeout(() => this.killNow(), PATIENCE * timeout);
    await this.#exited;
    clearTimeout(guard);
    if (this.#failure !== undefined) throw this.#error('did not start');
    return this.exitCode ?? -1;
  }

  /** Ends it: SIGTERM, and SIGKILL where it is still there after three seconds. */
  async end(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    // In real time, also where everything else may take longer.
    await this.waitForExit(KILL_AFTER_MS / PATIENCE);
  }

  #error(text: string): Error {
    const why = this.#failure?.message ?? (this.running ? 'still running' : `exit status ${this.exitCode}`);
    const tail = this.#output.slice(-4000).trimEnd();
    return new Error(`${this.name} ${text} (${why})${tail === '' ? '' : `. Its output:\n${tail}`}`);
  }

  /**
   * Ends it and its children at once. Kamailio's main process, killed alone, leaves children behind that wait for each
   * other for ever, with our pipes in their hands.
   */
  killNow(): void {
    if (!this.running || this.pid === undefined) return;
    const children = childrenOf(this.pid);
    this.#child.kill('SIGKILL');
    for (const child of children) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** The process ids of its children; none where it has just ended. */
function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The processes of one test. They end with it, whatever happens. */
export class ProcessGroup {
  readonly #processes: RunningProcess[] = [];
  readonly #killAll = (): void => {
    for (const one of this.#processes) one.killNow();
  };

  constructor() {
    process.once('exit', this.#killAll);
  }

  start(command: string, parameters: readonly string[], options?: ProcessOptions): RunningProcess {
    const started = new RunningProcess(command, parameters, options);
    this.#processes.push(started);
    return started;
  }

  /** Ends all that still run, the youngest first. */
  async end(): Promise<void> {
    for (const one of this.#processes.splice(0).reverse()) await one.end();
    process.off('exit', this.#killAll);
  }
}
