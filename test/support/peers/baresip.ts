import {existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {newBaresipRoot} from '../../../tools/setup/programs.ts';
import {freePort, freePorts} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {padWithSilence} from '../speech.ts';
import {readWav, type Sound, writeWav} from '../wav.ts';
import {BaresipControl, type BaresipEvent} from './baresip-control.ts';
import {peerProgram} from './require.ts';

/** baresip 1.0 hangs up at the end of its source: so much silence follows what it says. */
const SILENCE_SECONDS = 120;
const RTP_PORTS = 32;

export interface BaresipOptions {
  /** User part of its address. */
  user: string;
  /** What it says in each call, at 8 or 16 kHz, which is its own rate then. */
  says: Sound;
  /** ALSA devices in place of files, and what they need in the environment. */
  devices?: {microphone: string; speaker: string; environment: Record<string, string>};
  /** The only codec that it speaks; default: PCMU. */
  codec?: 'PCMU' | 'PCMA' | 'G722';
  /** Where it registers; without one it is called by address. */
  registrar?: {domain: string; port: number; password: string};
  /** Accepts calls by itself. */
  autoAnswer?: boolean;
  /** Encrypts its sound with SDES: where the other side does too, or in every call. */
  encryption?: 'srtp' | 'srtp-mand';
  /** Sends reports on the port of RTP where the other side agrees. */
  multiplexing?: boolean;
  /** Whose presence it subscribes to: a SIP address. */
  watches?: string;
  /** The address it is at; default: 127.0.0.1. */
  address?: string;
  /** How long it may take to be ready, in ms. */
  startTimeout?: number;
  /** baresip 1.1, which knows the headers by which a caller asks to be answered at once; else the machine's own. */
  version?: '1.1';
  /** In which header baresip 1.1 asks to be answered, after the command `setadelay SECONDS`. */
  answerHeader?: 'rfc5373' | 'call-info' | 'alert-info';
}

/** A baresip phone, with files for microphone and loudspeaker, controlled over TCP. */
export class Baresip {
  /** Its SIP port, UDP and TCP. */
  readonly port: number;
  /** Where it is reached without a registrar. */
  readonly uri: string;
  readonly process: RunningProcess;
  /** Everything it told since it was started. */
  readonly events: readonly BaresipEvent[];
  readonly #control: BaresipControl;
  readonly #recordings: string;

  private constructor(
    options: BaresipOptions,
    port: number,
    process: RunningProcess,
    events: readonly BaresipEvent[],
    control: BaresipControl,
    recordings: string,
  ) {
    this.port = port;
    this.uri = `sip:${options.user}@${options.address ?? '127.0.0.1'}:${port}`;
    this.process = process;
    this.events = events;
    this.#control = control;
    this.#recordings = recordings;
  }

  /** Starts it, and waits until it takes commands and, where it has a registrar, is registered. */
  static async start(run: Run, options: BaresipOptions): Promise<Baresip> {
    const {root, folder} = place(run, options);
    const recordings = join(folder, 'recordings');
    mkdirSync(recordings, {recursive: true});
    // It takes the next port too, for TLS, whether wanted or not.
    const {first: port} = await freePorts(2);
    const controlPort = await freePort();
    const rtp = await freePorts(RTP_PORTS);
    const source = join(folder, 'says.wav');
    writeWav(source, padWithSilence(options.says, SILENCE_SECONDS));
    // In a root folder of its own it sees the files by other names.
    const seen = (file: string): string => file.slice(root.length);
    const config = configuration({
      port,
      controlPort,
      rtp,
      source: seen(source),
      recordings: seen(recordings),
      modules: seen(moduleFolder(root)),
      options,
    });
    writeFileSync(join(folder, 'config'), config);
    writeFileSync(join(folder, 'accounts'), `${account(options, port)}\n`);
    const {watches} = options;
    writeFileSync(join(folder, 'contacts'), watches === undefined ? '' : `<${watches}>;presence=p2p\n`);
    const command =
      root === ''
        ? [peerProgram('baresip'), '-f', folder]
        : ['chroot', root, '/usr/bin/baresip', '-f', seen(folder)];
    const [program, ...words] = command;
    const process = run.processes.start(program!, words, {env: options.devices?.environment ?? {}});
    const events: BaresipEvent[] = [];
    const control = await process.waitUntil('its control port accepts', () =>
      BaresipControl.connect(controlPort, (event) => events.push(event)),
    );
    const phone = new Baresip(options, port, process, events, control, recordings);
    run.atEnd(() => control.close());
    if (options.registrar !== undefined) {
      const registered = async () => /OK/.test(await phone.command('reginfo'));
      await process.waitUntil('it is registered', registered, options.startTimeout);
    }
    return phone;
  }

  /** Any command of baresip's menu; returns what it prints. */
  command(command: string, params = ''): Promise<string> {
    return this.#control.command(command, params);
  }

  async dial(uri: string): Promise<void> {
    await this.command('dial', uri);
  }

  async accept(): Promise<void> {
    await this.command('accept');
  }

  /** Ends the call, or refuses the one that comes in. */
  async hangUp(): Promise<void> {
    await this.command('hangup');
  }

  /** Presses keys in the call, sent as RFC 4733 events: digits, `*` and `#`. */
  async sendDigits(digits: string): Promise<void> {
    for (const digit of digits) await this.command('sndcode', digit);
  }

  /** Waits for an event of the type after those of that type which `seen` counts, and returns it. */
  waitFor(type: string, {seen = 0, timeout = 10_000} = {}): Promise<BaresipEvent> {
    return this.process.waitUntil(
      `event ${type}`,
      () => this.events.filter((event) => event.type === type)[seen],
      timeout,
    );
  }

  /** The keys heard in calls so far. */
  get digitsHeard(): string {
    const starts = this.events.filter(({type}) => type === 'CALL_DTMF_START');
    return starts.map(({param}) => param ?? '').join('');
  }

  /**
   * What was heard in the latest call: complete once CALL_CLOSED came, and without the times in which no RTP
   * arrived. Undefined where there was no sound.
   */
  heard(): Sound | undefined {
    const file = this.#recording();
    return file === undefined ? undefined : readWav(file);
  }

  /** Waits until the latest call has brought so many seconds of sound. */
  async waitUntilHeard(seconds: number, timeout = seconds * 1000 + 10_000): Promise<void> {
    const bytes = seconds * 8000 * 2;
    await this.process.waitUntil(
      `it heard ${seconds} s`,
      () => {
        const file = this.#recording();
        return file !== undefined && statSync(file).size >= bytes;
      },
      timeout,
    );
  }

  #recording(): string | undefined {
    const files = readdirSync(this.#recordings).filter((name) => /^dump-.*-dec\.wav$/.test(name));
    const latest = files.sort().at(-1);
    return latest === undefined ? undefined : join(this.#recordings, latest);
  }
}

/** Where it keeps its files, and the root folder that it sees: empty where that is the machine's own. */
function place(run: Run, {user, version}: BaresipOptions): {root: string; folder: string} {
  if (version === undefined) return {root: '', folder: join(run.folder, `baresip-${user}`)};
  const folder = join(newBaresipRoot, 'tests', `${basename(run.folder)}-${user}`);
  run.atEnd(() => rmSync(folder, {recursive: true, force: true}));
  return {root: newBaresipRoot, folder};
}

function account(options: BaresipOptions, port: number): string {
  const {user, registrar, autoAnswer, encryption, version, codec, address: own = '127.0.0.1'} = options;
  const address =
    registrar === undefined
      ? `<sip:${user}@${own}:${port}>;regint=0;catchall=yes`
      : `<sip:${user}@${registrar.domain}>;auth_user=${user};auth_pass=${registrar.password}` +
        `;outbound="sip:127.0.0.1:${registrar.port};transport=udp";regint=120`;
  const media = encryption === undefined ? '' : `;mediaenc=${encryption}`;
  const obedient = version === '1.1' ? ';sip_autoanswer=yes' : '';
  const answers = autoAnswer === true ? 'auto' : 'manual';
  return `${address}${media}${obedient};answermode=${answers};audio_codecs=${(codec ?? 'PCMU').toLowerCase()}`;
}

function configuration(paths: {
  port: number;
  controlPort: number;
  rtp: {first: number; last: number};
  source: string;
  recordings: string;
  modules: string;
  options: BaresipOptions;
}): string {
  const {rate} = paths.options.says;
  const modules = [
    ...(paths.options.devices ? ['alsa'] : []),
    'stdio',
    'g711',
    'g722',
    'sndfile',
    'aufile',
    'aubridge',
    'srtp',
  ].map((name) => `module ${name}.so`);
  const watching = paths.options.watches === undefined ? [] : ['contact', 'presence'];
  const applications = ['menu', ...watching, 'ctrl_tcp'].map((name) => `module_app ${name}.so`);
  return [
    'poll_method epoll',
    `sip_listen ${paths.options.address ?? '127.0.0.1'}:${paths.port}`,
    // An address: the name of the loopback interface is refused.
    `net_interface ${paths.options.address ?? '127.0.0.1'}`,
    `rtp_ports ${paths.rtp.first}-${paths.rtp.last}`,
    ...devices(paths.options, paths.source),
    'audio_alert aubridge,alert',
    `ausrc_srate ${rate}`,
    `auplay_srate ${rate}`,
    'ausrc_channels 1',
    'auplay_channels 1',
    'ausrc_format s16',
    'auplay_format s16',
    'auenc_format s16',
    'audec_format s16',
    'audio_txmode poll',
    'audio_buffer 20-160',
    'audio_level no',
    `rtcp_mux ${paths.options.multiplexing === true ? 'yes' : 'no'}`,
    'jitter_buffer_delay 5-10',
    'call_local_timeout 120',
    'call_max_calls 4',
    'menu_bell no',
    'statmode_default off',
    'ringback_disabled yes',
    ...(paths.options.answerHeader === undefined
      ? []
      : [`sip_autoanswer_method ${paths.options.answerHeader}`]),
    `module_path ${paths.modules}`,
    ...modules,
    'module_tmp account.so',
    ...applications,
    `ctrl_tcp_listen 127.0.0.1:${paths.controlPort}`,
    `snd_path ${paths.recordings}`,
    '',
  ].join('\n');
}

function devices({devices: real}: BaresipOptions, source: string): string[] {
  if (real) return [`audio_source alsa,${real.microphone}`, `audio_player alsa,${real.speaker}`];
  // aufile only plays; the sink drives the decoder, and sndfile records on the way.
  return [`audio_source aufile,${source}`, 'audio_player aubridge,sink'];
}

/** Debian keeps the modules outside the folder that baresip would take by default in later versions. */
function moduleFolder(root: string): string {
  const folders = ['/usr/lib/baresip/modules', '/usr/local/lib/baresip/modules'];
  return folders.map((folder) => `${root}${folder}`).find(existsSync) ?? '';
}
