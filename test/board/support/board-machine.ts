import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {MiB, partitions} from '../../../tools/image/layout.ts';
import {must} from '../../../tools/setup/foreign-packages.ts';
import {peerProgram} from '../../support/peers/require.ts';
import type {RunningProcess} from '../../support/processes.ts';
import type {Run} from '../../support/run-folder.ts';
import {BOARD_MAC, CABLE} from './network.ts';

/** Everything is emulated, and the machine may be busy with other things. */
const PATIENCE = 15 * 60_000;
const POLL = 300;

/** What a Raspberry Pi 3 has on its boot partition. */
const [FIRMWARE, TREE] = ['u-boot.bin', 'bcm2837-rpi-3-b.dtb'];

/** What the machine is started with. */
export interface MachineOptions {
  /** The image file; it is copied to `card.img` in the folder of the run, unless it is that: each test has a card of its own. */
  readonly image: string;
  /** U-Boot for the virtual machine. */
  readonly uBoot: string;
  /** The size of the card (MiB). */
  readonly cardSize?: number;
  /** Puts the same into slot B as is in slot A. */
  readonly slotBLikeA?: boolean;
  /** Which board QEMU is; default: its own, which is faster. */
  readonly model?: 'virt' | 'raspi3b';
}

/**
 * A board whose card is the image file, in QEMU: arm64, emulated, with U-Boot from Debian in the place of a firmware. The
 * boot script, kernel, root and all that follows are those of the image. By an option that an owner can set too, a shell
 * runs at its serial port, for the test to look inside.
 */
export class BoardMachine {
  readonly card: string;
  /** How QEMU is told of the card. */
  drive: string;
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
    this.drive = `format=raw,file=${this.card}`;
  }

  /** Puts the image on a card, larger than the image as cards are, and does not start yet. */
  static async create(run: Run, options: MachineOptions): Promise<BoardMachine> {
    const machine = new BoardMachine(run, options);
    if (options.image !== machine.card)
      await must(['cp', '--sparse=always', '--reflink=auto', options.image, machine.card]);
    truncateSync(machine.card, (options.cardSize ?? 2048) * MiB);
    if (options.slotBLikeA) {
      const [from, to] = [partitions.A.start / MiB, partitions.B.start / MiB];
      const size = partitions.A.size / MiB;
      const copy = [`if=${options.image}`, `of=${machine.card}`, 'bs=1M', 'conv=notrunc,sparse'];
      await must(['dd', ...copy, `skip=${from}`, `seek=${to}`, `count=${size}`]);
    }
    const port = machine.#isPi ? 'ttyS1' : 'ttyAMA0';
    // Nothing else shall speak at that port. It may take minutes here until a disk is seen, and until whoever feeds a watchdog has his turn.
    const patience = ['loglevel=0', 'systemd.default_device_timeout_sec=1200', 'systemd.watchdog_sec=0'];
    const dropIn = Buffer.from('[Service]\nWatchdogSec=10min\n').toString('base64');
    const service = `systemd.set_credential_binary=systemd.unit-dropin.doorline.service:${dropIn}`;
    const words = [`systemd.debug_shell=${port}`, ...patience, service].join(' ');
    await machine.writeToBoot('kernel-options.txt', `options=${words}\n`);
    if (machine.#isPi) {
      for (const name of [FIRMWARE, TREE]) await machine.#readFromBoot(name);
    }
    return machine;
  }

  /** Writes a file onto the boot partition, as a computer that the card is put into does. */
  async writeToBoot(name: string, text: string): Promise<void> {
    const command = 'printf %s "$2" | mcopy -o -i "$1" - "::$3"';
    await must(['sh', '-c', command, 'sh', `${this.card}@@${partitions.boot.start}`, text, name]);
  }

  async #readFromBoot(name: string): Promise<void> {
    await must([
      'mcopy',
      '-o',
      '-i',
      `${this.card}@@${partitions.boot.start}`,
      `::${name}`,
      this.#run.folder,
    ]);
  }

  get #isPi(): boolean {
    return this.#options.model === 'raspi3b';
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
      ...(this.#isPi ? this.#raspberryPi : this.#virtual),
      ...['-accel', 'tcg', '-display', 'none'],
      ...['-chardev', `socket,id=serial,path=${serial},server=on,wait=off,logfile=${serial}.log`],
      ...['-serial', 'chardev:serial'],
    ]);
    this.#shell = await this.#process.waitUntil('its serial port is open', () => attach(serial));
    this.#shell.setEncoding('utf8').on('data', (text: string) => {
      this.#heard += text;
    });
    this.#shell.on('error', () => {}); // it has ended: whoever waits for it is told
  }

  get #virtual(): string[] {
    return [
      ...['-M', 'virt', '-cpu', 'cortex-a72', '-smp', '2', '-m', '1024', '-nodefaults'],
      ...['-bios', this.#options.uBoot, '-device', 'virtio-rng-pci'],
      ...['-drive', `if=none,id=card,${this.drive}`, '-device', 'virtio-blk-pci,drive=card'],
      ...['-netdev', `tap,id=net,ifname=${CABLE},script=no,downscript=no`],
      ...['-device', `virtio-net-pci,netdev=net,mac=${BOARD_MAC},romfile=`],
    ];
  }

  /** What the VideoCore does before, QEMU does: it loads U-Boot and the device tree. The first serial port is Bluetooth's, and
   * there is no network: its USB does not get through to Linux's driver here. */
  get #raspberryPi(): string[] {
    const [firmware, tree] = [FIRMWARE, TREE].map((name) => join(this.#run.folder, name));
    return [
      ...['-M', 'raspi3b', '-kernel', firmware!, '-dtb', tree!, '-drive', `if=sd,${this.drive}`],
      ...['-serial', 'null'],
    ];
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
      const value = await Promise.resolve()
        .then(ready)
        .catch(() => undefined as Value);
      // Looking often takes from the board the time that it needs.
      if (value === false || value === undefined) await sleep(POLL);
      return value;
    };
    return this.#process!.waitUntil(what, quiet, PATIENCE).catch((error: Error) => {
      throw new Error(`${error.message}\nThe serial port's last words:\n${this.#heard.slice(-3000)}`);
    }) as Promise<Exclude<Value, false | undefined>>;
  }

  /** Says something at the serial port, whoever listens there. */
  type(text: string): void {
    this.#shell!.write(text);
  }

  /** Runs a command as root inside, and returns its output and exit status. */
  async inside(command: string): Promise<{status: number; output: string}> {
    const number = ++this.#commands;
    const start = this.#heard.length;
    // The line as it is typed, and shown, must look like neither mark.
    const mark = (word: string, rest: string) => `printf '\\n%s-%s${rest}\\n' ${word} ${number}`;
    this.#shell!.write(`${mark('begin', '')}; { ${command}; } 2>&1; ${mark('end', ':%d')} $?\n`);
    const pattern = new RegExp(`\\nbegin-${number}\\n(.*)\\nend-${number}:(\\d+)\\n`, 's');
    const answer = await this.waitUntil(`"${command}" has ended`, () => {
      return pattern.exec(this.#heard.slice(start).replaceAll('\r', '')) ?? undefined;
    });
    return {status: Number(answer[2]), output: answer[1]!.trim()};
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
