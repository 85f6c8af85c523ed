import {execFile} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {basename, join} from 'node:path';
import {promisify} from 'node:util';
import {asteriskRoot} from '../../../tools/setup/programs.ts';
import type {Identity} from '../certificates.ts';
import {freePorts} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {type Sound, writeWav} from '../wav.ts';
import {type AsteriskPhone, asteriskFiles} from './asterisk-configuration.ts';

const RTP_PORTS = 40;
const START_TIMEOUT = 20_000;

export interface AsteriskOptions {
  /** The phones that may register, by user name. */
  phones: Readonly<Record<string, AsteriskPhone>>;
  /** What it plays, at 8 kHz. */
  says: Sound;
  /** Its certificate: with one it listens for TLS, too. */
  identity?: Identity;
}

/**
 * Asterisk on 127.0.0.1 in a root folder of its own, in which each one has its own folder. Its numbers:
 *
 * | number | does |
 * |--|--|
 * | 100, 101, 102 | echo; says what it has to say, then hangs up; the same as music on hold, for ever |
 * | 103, 121 | pages all phones, calls all phones: the one with Call-Info, the other with Alert-Info asks to be answered |
 * | 104 | a queue with all phones as its members |
 * | 106 | presses 159# |
 * | 107 | waits for four keys, and presses the same |
 * | 108 | answers, and transfers the call to 101 |
 * | 109 | says it before any answer, then is busy |
 * | 110 | records what it hears, as a message for each phone |
 * | the name of a phone | what it is doing, to those who subscribe to `dialog` |
 */
export class Asterisk {
  /** For UDP. */
  readonly port: number;
  /** For TLS. */
  readonly tlsPort: number;
  readonly process: RunningProcess;
  /** The folder with its configuration, as it sees it. */
  readonly #folder: string;

  private constructor(port: number, process: RunningProcess, folder: string) {
    this.port = port;
    this.tlsPort = port + 1;
    this.process = process;
    this.#folder = folder;
  }

  /** Starts it, and waits until it has booted. */
  static async start(run: Run, {phones, says, identity}: AsteriskOptions): Promise<Asterisk> {
    const folder = `/tests/${basename(run.folder)}`;
    const outside = join(asteriskRoot, folder);
    const {first: port} = await freePorts(2);
    const rtp = await freePorts(RTP_PORTS);
    for (const name of ['etc', 'db', 'spool', 'run', 'log', 'sounds'])
      mkdirSync(join(outside, name), {recursive: true});
    writeWav(join(outside, 'sounds', 'resident.wav'), says);
    if (identity !== undefined) {
      cpSync(identity.certificateFile, join(outside, 'tls.crt'));
      cpSync(identity.keyFile, join(outside, 'tls.key'));
    }
    // It looks its own name up, and then one of the Internet where that is not found.
    writeFileSync(join(asteriskRoot, 'etc/hosts'), `127.0.0.1 localhost ${hostname()}\n`);
    const places = {folder, moduleFolder: moduleFolder(), port, rtp, secure: identity !== undefined};
    for (const [name, text] of Object.entries(asteriskFiles(places, phones)))
      writeFileSync(join(outside, 'etc', name), text);
    const process = run.processes.start('chroot', [...command(folder), '-f', '-T', '-vvv']);
    run.atEnd(async () => {
      await process.end();
      rmSync(outside, {recursive: true});
    });
    const server = new Asterisk(port, process, folder);
    const booted = async () =>
      /fully booted/.test(await server.command('core waitfullybooted').catch(() => ''));
    await process.waitUntil('it has booted', booted, START_TIMEOUT);
    return server;
  }

  /** Any command of its console; returns what it prints. */
  async command(line: string): Promise<string> {
    const {stdout} = await promisify(execFile)('chroot', [...command(this.#folder), '-rx', line]);
    return stdout;
  }

  /** Calls a phone, and says to it what there is to say. */
  async call(phone: string): Promise<void> {
    await this.#originate(`PJSIP/${phone}`);
  }

  /** Calls one of its own numbers as somebody who says what there is to say. */
  async callNumber(number: string): Promise<void> {
    await this.#originate(`Local/${number}@home`);
  }

  async #originate(channel: string): Promise<void> {
    await this.command(`channel originate ${channel} application Playback ${this.#folder}/sounds/resident`);
  }
}

function command(folder: string): string[] {
  return [asteriskRoot, '/usr/sbin/asterisk', '-C', `${folder}/etc/asterisk.conf`];
}

/** Below a folder that is named after the machine's architecture. */
function moduleFolder(): string {
  return readdirSync(join(asteriskRoot, 'usr/lib'))
    .map((name) => `/usr/lib/${name}/asterisk/modules`)
    .find((path) => existsSync(join(asteriskRoot, path)))!;
}
