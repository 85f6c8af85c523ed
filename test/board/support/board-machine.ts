import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {MiB, partitions} from '../../../tools/image/layout.ts';
import {must} from '../../../tools/setup/foreign-packages.ts';
import {peerProgram} from '../../support/peers/require.ts';
import type {RunningProcess} from '../../support/processes.ts';
import type {Run} from '../../support/run-folder.ts';
import {BOARD_MAC} from './network.ts';

/** Everything is emulated, and the machine may be busy with other things. */
const PATIENCE = 15 * 60_000;

/** What the machine is started with. */
export interface MachineOptions {
  /** The image file; it is copied, so each test has a card of its own. */
  readonly image: string;
  /** U-Boot for the virtual machine. */
  readonly uBoot: string;
  /** The size of the card (MiB). */
  readonly cardSize?: number;
  /** Puts the same into slot B as is in slot A. */
  readonly slotBLikeA?: boolean;
  /** Kernel options besides those for the tests. */
  readonly kernelOptions?: string;
}

/**
 * A board whose card is the image file, in QEMU: arm64, emulated, with U-Boot from Debian in the place of a firmware. The
 * boot script, kernel, root and all that follows are those of the image. By an option that an owner can set too, a shell
 * runs at its serial port, for the test to look inside.
 */
export class BoardMachine {
  readonly card: string;
  readonly #run: Run;
  readonly #options: MachineOptions;
  #process: RunningProcess | undefined;
  #shell: Socket | undefined;
  #heard = '';
  #commands = 0;
  #boots = 0;

  private constructor(run: Run, options: MachineOptions) {
    this.#run = run;
    this.#options = options;
    this.card = join(run.folder, 'card.img');
  }

  /** Puts the image on a card, larger than the image as cards are, and does not start yet. */
  static async create(run: Run, options: MachineOptions): Promise<BoardMachine> {
    const machine = new BoardMachine(run, options);
    await must(['cp', '--sparse=always', '--reflink=auto', options.image, machine.card]);
    truncateSync(machine.card, (options.cardSize ?? 2048) * MiB);
    if (options.slotBLikeA) {
      const [from, to] = [partitions.A.start / MiB, partitions.B.start / MiB];
      const size = partitions.A.size / MiB;
      const copy = [`if=${options.image}`, `of=${machine.card}`, 'bs=1M', 'conv=notrunc,sparse'];
      await must(['dd', ...copy, `skip=${from}`, `seek=${to}`, `count=${size}`]);
    }
    // It may take minutes here until a disk is seen.
    const patient = 'systemd.default_device_timeout_sec=1200';
    const words = ['systemd.debug_shell=ttyAMA0', patient, options.kernelOptions ?? ''].join(' ');
    await machine.writeToBoot('kernel-options.txt', `options=${words}\n`);
    return machine;
  }

  /** Writes a file onto the boot partition, as a computer that the card is put into does. */
  async writeToBoot(name: string, text: string): Promise<void> {
    const command = 'printf %s "$2" | mcopy -o -i "$1" - "::$3"';
    await must(['sh', '-c', command, 'sh', `${this.card}@@${partitions.boot.start}`, text, name]);
  }

  /** Writes a file onto the data partition, as root's; the folder is made. */
  async writeToData(path: string, content: string | Buffer): Promise<void> {
    const local = join(this.#run.folder, 'for-data');
    writeFileSync(local, content);
    const commands = join(this.#run.folder, 'commands');
    const folders = path
      .split('/')
      .slice(0, -1)
      .map((_, index, all) => all.slice(0, index + 1).join('/'));
    writeFileSync(
      commands,
      [...folders.map((one) => `mkdir ${one}`), `write ${local} ${path}`, ''].join('\n'),
    );
    await must(['debugfs', '-w', '-f', commands, this.#dataPartition]);
  }

  /** Reads a file of the data partition, while the machine is off. */
  async readFromData(path: string): Promise<Buffer> {
    const local = join(this.#run.folder, 'from-data');
    await must(['debugfs', '-R', `dump ${path} ${local}`, this.#dataPartition]);
    return readFileSync(local);
  }

  get #dataPartition(): string {
    return `${this.card}?offset=${partitions.data.start}`;
  }

  /** What the serial port said since the machine was last started. */
  get console(): string {
    return this.#heard;
  }

  /** What the serial port says from here on counts. */
  forget(): void {
    this.#heard = '';
  }

  get running(): boolean {
    return this.#process?.running === true;
  }

  /** Switches it on. */
  async start(): Promise<void> {
    const serial = join(this.#run.folder, `serial-${++this.#boots}`);
    this.#heard = '';
    this.#process = this.#run.processes.start(peerProgram('qemu-arm'), [
      ...['-M', 'virt', '-accel', 'tcg', '-cpu', 'cortex-a72', '-smp', '2', '-m', '1024', '-nodefaults'],
      ...['-display', 'none', '-bios', this.#options.uBoot, '-device', 'virtio-rng-pci'],
      ...['-drive', `if=none,id=card,format=raw,file=${this.card}`, '-device', 'virtio-blk-pci,drive=card'],
      ...['-netdev', 'tap,id=net,ifname=board0,script=no,downscript=no'],
      ...['-device', `virtio-net-pci,netdev=net,mac=${BOARD_MAC},romfile=`],
      ...['-chardev', `socket,id=serial,path=${serial},server=on,wait=off,logfile=${serial}.log`],
      ...['-serial', 'chardev:serial'],
    ]);
    this.#shell = await this.#process.waitUntil('its serial port is open', () => attach(serial));
    this.#shell.setEncoding('utf8').on('data', (text: string) => {
      this.#heard += text;
    });
    this.#shell.on('error', () => {}); // it has ended: whoever waits for it is told
  }

  /** Pulls the plug. */
  async cutPower(): Promise<void> {
    this.#process?.killNow();
    await this.#process?.waitForExit(10_000);
    this.#shell?.destroy();
  }

  /** Waits for text at the serial port. */
  async waitForConsole(pattern: RegExp): Promise<RegExpExecArray> {
    return this.waitUntil(`${pattern} at the serial port`, () => pattern.exec(this.#heard) ?? undefined);
  }

  /** Waits until `ready` returns something; what it throws counts as not yet. */
  waitUntil<Value>(
    what: string,
    ready: () => Value | Promise<Value>,
  ): Promise<Exclude<Value, false | undefined>> {
    const quiet = async () => {
      try {
        return await ready();
      } catch {
        return undefined as Value;
      }
    };
    return this.#process!.waitUntil(what, quiet, PATIENCE).catch((error: Error) => {
      throw new Error(`${error.message}\nThe serial port's last words:\n${this.#heard.slice(-3000)}`);
    }) as Promise<Exclude<Value, false | undefined>>;
  }

  /** Runs a command as root inside, and returns its output and exit status. */
  async inside(command: string): Promise<{status: number; output: string}> {
    const mark = `mark-${++this.#commands}`;
    const start = this.#heard.length;
    // The line as it is typed must not look like the answer.
    const [first, second] = [mark.slice(0, 4), mark.slice(4)];
    this.#shell!.write(`{ ${command}; } 2>&1; printf '\\n%s%s:%d\\n' '${first}' '${second}' $?\n`);
    const answer = await this.waitUntil(`"${command}" has ended`, () => {
      return new RegExp(`\\r?\\n${mark}:(\\d+)\\r?\\n`).exec(this.#heard.slice(start)) ?? undefined;
    });
    const text = this.#heard.slice(start, start + answer.index).replaceAll('\r', '');
    // What is typed before the prompt is there is shown twice.
    const lines = text.split('\n');
    const typed = lines.findLastIndex((line) => line.endsWith(`'${second}' $?`));
    return {
      status: Number(answer[1]),
      output: lines
        .slice(typed + 1)
        .join('\n')
        .trim(),
    };
  }

  /** Asks the station's API from inside, where it trusts whoever asks. */
  async api(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<{status: number; body: string}> {
    const script = `const a = await fetch('http://127.0.0.1:8080${path}', {method: '${method}'}); console.log(String(a.status), await a.text())`;
    const {output} = await this.inside(`/usr/lib/doorline/node --input-type=module -e "${script}"`);
    const [, status, body] = /^(\d+) (.*)$/m.exec(output) ?? [];
    return {status: Number(status), body: body ?? output};
  }
}

async function attach(path: string): Promise<Socket | undefined> {
  const socket = connect(path);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}
