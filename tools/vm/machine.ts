import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {makeInitramfs, OUTPUT_PORT, STATUS_PORT} from './initramfs.ts';
import {busyboxOf, imageOf, type Kernel, modulesOf} from './kernels.ts';
import {loadingOrder} from './modules.ts';

/** The host's files, and the hardware that a board has and this machine lacks. */
const MODULES = [
  '9p',
  '9pnet_virtio',
  'overlay',
  'configfs',
  'gpio-sim',
  'snd-aloop',
  'uleds',
  'softdog',
  'evdev',
  'uinput',
  'dummy_hcd',
  'usb_f_acm',
  'cdc-acm',
  'spi-recorder',
  'processor-sensors',
];
const MEMORY_MB = 2048;

export interface Job {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The folder to run it in. */
  readonly folder: string;
  /** The environment, and nothing else of the caller's. */
  readonly environment: Readonly<Record<string, string>>;
  /** A machine that takes longer is stopped (ms). */
  readonly longest: number;
  /** Takes what the command says, on either output, as it comes. */
  readonly say: (text: string) => void;
}

/**
 * Boots a kernel in QEMU, without KVM and without root, on this machine's own files: the command sees them all, and what it
 * writes stays in the memory of the virtual machine. It runs there as root. Boot and end take some 5 s together.
 * @returns the command's exit status.
 * @throws Error with the last words of the kernel, where the machine ended without one.
 */
export async function runInMachine(qemu: string, kernel: Kernel, job: Job): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-vm-'));
  const file = (name: string) => join(folder, name);
  try {
    const busybox = busyboxOf(kernel);
    const modules = loadingOrder(modulesOf(kernel), MODULES);
    writeFileSync(file('initramfs'), makeInitramfs({busybox, modules, script: scriptOf(job)}));
    // It ends with this process, however this one ends.
    const command = ['--pdeathsig', 'KILL', qemu, ...options(imageOf(kernel), file)];
    const child = spawn('/usr/bin/setpriv', command, {
      // Its input stays open: at an end of input QEMU would take the output for gone too.
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: job.longest,
    });
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', job.say);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    const status = read(file('status')).trim();
    if (status !== '') return Number(status);
    const lastWords = read(file('console')).trimEnd().split('\n').slice(-10).join('\n');
    const how = signal === null ? 'ended without a result' : `was stopped after ${job.longest / 1000} s`;
    throw new Error(`the virtual machine with kernel ${kernel.name} ${how}\n${complaint}${lastWords}`);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

function options(image: string, file: (name: string) => string): string[] {
  return [
    ...['-nodefaults', '-no-reboot', '-display', 'none'],
    // Without memory protection keys: with QEMU 7.2's, V8 ended every second time that a program started threads.
    ...['-accel', 'tcg', '-cpu', 'max,-pku', '-smp', '2', '-m', String(MEMORY_MB)],
    ...['-kernel', image, '-initrd', file('initramfs')],
    ...['-append', 'console=ttyS0 quiet panic=-1 nokaslr mitigations=off'],
    ...['-serial', `file:${file('console')}`],
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host', '-device', 'virtio-serial-pci'],
    ...['-chardev', 'stdio,id=output,signal=off'],
    ...['-device', `virtserialport,chardev=output,name=${OUTPUT_PORT}`],
    ...['-chardev', `file,id=status,path=${file('status')}`],
    ...['-device', `virtserialport,chardev=status,name=${STATUS_PORT}`],
  ];
}

function scriptOf({command, folder, environment}: Job): string {
  const variables = Object.entries(environment).map(([name, value]) => quoted(`${name}=${value}`));
  return `cd ${quoted(folder)} && exec env -i ${[...variables, ...command.map(quoted)].join(' ')}\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
