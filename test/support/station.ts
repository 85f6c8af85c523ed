import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {stringify} from 'yaml';
import {freePort, freePorts} from './ports.ts';
import type {RunningProcess} from './processes.ts';
import type {Run} from './run-folder.ts';

const source = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));

/** What a test sets in the configuration; everything else has a value that fits a test. */
export interface StationSettings {
  name?: string;
  board?: string;
  sip?: {
    accounts?: Record<string, unknown>[];
    domain?: string;
    listen?: string[];
    stun?: string;
    tls?: Record<string, unknown>;
  };
  buttons?: Record<string, unknown>[];
  doors?: Record<string, unknown>[];
  tamper?: string;
  readers?: Record<string, unknown>[];
  relays?: Record<string, unknown>[];
  answer?: Record<string, unknown>;
  audio?: {
    microphone?: string;
    speaker?: string;
    echo?: string;
    codecs?: readonly string[];
    tones?: string;
    sounds?: Record<string, string>;
    volumes?: Record<string, number>;
    mixer?: readonly string[];
  };
  light?: Record<string, unknown>;
  timezone?: string;
  talk_seconds?: number;
  http?: {listen: string};
}

/** A message of a call's ladder. */
export interface LadderMessage {
  readonly direction: 'in' | 'out';
  readonly message: string;
}

export interface JournalEntry {
  seq: number;
  at: string;
  kind: string;
  text: string;
  [field: string]: unknown;
}

/** Where a station runs that does not run on this machine's own network. */
export interface TestHost {
  /** The start of a command line that runs the rest of it there. */
  readonly prefix: readonly string[];
  /** The address by which a test reaches a page that is served there. */
  reach(url: string): Promise<string>;
}

export interface StationOptions {
  environment?: Record<string, string>;
  program?: string;
  host?: TestHost;
}

/** The real firmware, in a process of its own, on the simulated board where no other is asked for, driven over its HTTP API. */
export class TestStation {
  readonly sipPort: number;
  readonly url: string;
  readonly configFile: string;
  readonly process: RunningProcess;

  private constructor(process: RunningProcess, sipPort: number, url: string, configFile: string) {
    this.process = process;
    this.sipPort = sipPort;
    this.url = url;
    this.configFile = configFile;
  }

  /** Starts `doorline run` in a folder of the run and waits until it is ready. */
  static async start(
    run: Run,
    settings: StationSettings,
    options: StationOptions = {},
  ): Promise<TestStation> {
    return TestStation.startWith(run, await writeConfiguration(run, settings), options);
  }

  /** The same with a configuration that is there. */
  static async startWith(
    run: Run,
    configFile: string,
    {environment = {}, program = source, host}: StationOptions = {},
  ): Promise<TestStation> {
    const command = [
      ...(host?.prefix ?? []),
      globalThis.process.execPath,
      ...[program, 'run', '--config', configFile],
    ];
    const process = run.processes.start(command[0]!, command.slice(1), {env: environment});
    const [line] = await process.waitForOutput(/^\{.*"msg":"ready".*\}$/m, 20_000);
    const ready = JSON.parse(line) as {sip: string[]; http: string};
    const sipPort = Number(ready.sip[0]?.split(':').at(-1));
    const url = host ? await host.reach(ready.http) : ready.http;
    return new TestStation(process, sipPort, url, configFile);
  }

  /** The SIP address at which `user` of this station is reached. */
  address(user = 'door'): string {
    return `sip:${user}@127.0.0.1:${this.sipPort}`;
  }

  async get<Body>(path: string): Promise<Body> {
    const response = await fetch(`${this.url}${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  }

  async send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {headers: {'content-type': 'application/json'}, body: JSON.stringify(body)}),
    });
  }

  async press(button = 'bell'): Promise<void> {
    const response = await this.send('POST', `/api/buttons/${button}/press`);
    if (!response.ok) throw new Error(`press: ${response.status} ${await response.text()}`);
  }

  /** Calls from the station, as its page does. */
  async dial(to: string): Promise<void> {
    const response = await this.send('POST', '/api/calls', {to});
    if (!response.ok) throw new Error(`dial: ${response.status} ${await response.text()}`);
  }

  async hangUp(): Promise<void> {
    const response = await this.send('DELETE', '/api/calls/current');
    if (!response.ok) throw new Error(`hang up: ${response.status} ${await response.text()}`);
  }

  async state(): Promise<string> {
    return (await this.get<{state: string}>('/api/status')).state;
  }

  waitForState(state: string, timeout?: number): Promise<unknown> {
    return this.process.waitUntil(
      `its state was ${state}`,
      async () => (await this.state()) === state,
      timeout,
    );
  }

  async journal(after = 0): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (;;) {
      const page = await this.get<JournalEntry[]>(`/api/journal?after=${entries.at(-1)?.seq ?? after}`);
      if (page.length === 0) return entries;
      entries.push(...page);
    }
  }

  /** Waits for the first entry after `after` that fits, and returns it. */
  waitForEntry(kind: string, after = 0, timeout?: number): Promise<JournalEntry> {
    const find = async () => (await this.journal(after)).find((entry) => entry.kind === kind);
    return this.process.waitUntil(`the journal had "${kind}"`, find, timeout) as Promise<JournalEntry>;
  }

  /** The SIP messages of the latest call. */
  async ladder(): Promise<LadderMessage[]> {
    const [call] = await this.get<{id: number}[]>('/api/calls');
    return this.get<LadderMessage[]>(`/api/calls/${call!.id}/ladder`);
  }

  async lastSequence(): Promise<number> {
    return (await this.journal()).at(-1)?.seq ?? 0;
  }

  /** Ends it as a service manager would. Returns the exit status. */
  stop(): Promise<number> {
    this.process.signal('SIGTERM');
    return this.process.waitForExit(10_000);
  }
}

/** Writes a complete configuration into the run's folder and returns the file's name. */
export async function writeConfiguration(run: Run, settings: StationSettings): Promise<string> {
  const folder = join(run.folder, (settings.name ?? 'Front door').replaceAll(' ', '-'));
  mkdirSync(folder, {recursive: true});
  const file = join(folder, 'doorline.yaml');
  const ports = await freePorts(40);
  const configuration = {
    name: settings.name ?? 'Front door',
    board: settings.board ?? 'simulated',
    data: './data',
    sip: {
      listen: [`udp:127.0.0.1:${await freePort()}`],
      media_ports: `${ports.first}-${ports.last}`,
      ...settings.sip,
    },
    ...(settings.buttons ? {buttons: settings.buttons} : {}),
    ...(settings.doors ? {doors: settings.doors} : {}),
    ...(settings.tamper ? {tamper: settings.tamper} : {}),
    ...(settings.readers ? {readers: settings.readers} : {}),
    ...(settings.relays ? {relays: settings.relays} : {}),
    ...(settings.answer ? {answer: settings.answer} : {}),
    audio: {microphone: 'silence', speaker: 'discard', ...settings.audio},
    ...(settings.light ? {light: settings.light} : {}),
    ...(settings.timezone ? {timezone: settings.timezone} : {}),
    ...(settings.talk_seconds === undefined ? {} : {talk_seconds: settings.talk_seconds}),
    http: settings.http ?? {listen: '127.0.0.1:0'},
  };
  writeFileSync(file, stringify(configuration));
  return file;
}
