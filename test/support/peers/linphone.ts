import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort, freePorts} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {padWithSilence} from '../speech.ts';
import {readWav, type Sound, writeWav} from '../wav.ts';
import {peerProgram} from './require.ts';

/** It sends nothing any more once its file ends: so much silence follows what it says. */
const SILENCE_SECONDS = 120;
const ASK_AGAIN_MS = 100;

export interface LinphoneOptions {
  user: string;
  /** What it says once a call is up. */
  says: Sound;
  registrar?: {domain: string; port: number; password: string};
  autoAnswer?: boolean;
  /** The only codec that it speaks; default: all that it knows. */
  codec?: 'PCMU' | 'PCMA' | 'G722';
}

/** linphonec, the terminal phone, on 127.0.0.1, with files for microphone and loudspeaker. */
export class Linphone {
  readonly port: number;
  readonly uri: string;
  readonly process: RunningProcess;
  readonly #says: string;
  readonly #recording: string;

  private constructor(user: string, port: number, process: RunningProcess, says: string, recording: string) {
    this.port = port;
    this.uri = `sip:${user}@127.0.0.1:${port}`;
    this.process = process;
    this.#says = says;
    this.#recording = recording;
  }

  /** Starts it, and waits until it takes commands and, where it has a registrar, is registered. */
  static async start(run: Run, options: LinphoneOptions): Promise<Linphone> {
    const folder = join(run.folder, `linphone-${options.user}`);
    // Where it wants to put its database.
    mkdirSync(join(folder, '.local/share/linphone'), {recursive: true});
    const port = await freePort();
    const rtp = await freePorts(4);
    const says = join(folder, 'says.wav');
    writeWav(says, padWithSilence(options.says, SILENCE_SECONDS));
    const file = join(folder, 'linphonerc');
    writeFileSync(file, configuration(options, port, rtp.first));
    const process = run.processes.start(
      'stdbuf',
      // Unbuffered: it tells of calls without flushing what it prints.
      ['-o0', peerProgram('linphonec'), '-c', file, ...(options.autoAnswer === true ? ['-a'] : [])],
      {cwd: folder, env: {HOME: folder}},
    );
    await process.waitForOutput(/linphonec> /);
    process.write('soundcard use files\n');
    if (options.registrar !== undefined) {
      // It does not tell on its own.
      await process.waitUntil('it is registered', async () => {
        process.write('status register\n');
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        return /registered, identity=/.test(process.output);
      });
    }
    return new Linphone(options.user, port, process, says, join(folder, 'heard.wav'));
  }

  dial(uri: string): void {
    this.process.write(`call ${uri}\n`);
  }

  answer(): void {
    this.process.write('answer\n');
  }

  hangUp(): void {
    this.process.write('terminate\n');
  }

  /** Waits until it rings. */
  async waitForCall(timeout?: number): Promise<void> {
    await this.process.waitForOutput(/Receiving new incoming call|is contacting you/, timeout);
  }

  /** Waits until the call is up, then says its words and records. */
  async talk(timeout?: number): Promise<void> {
    await this.process.waitForOutput(/Media streams established|Call \d+ .*connected/i, timeout);
    this.process.write(`record ${this.#recording}\n`);
    this.process.write(`play ${this.#says}\n`);
  }

  /** Presses keys in the call, sent as RFC 4733 events. */
  sendDigits(digits: string): void {
    for (const digit of digits) this.process.write(`${digit}\n`);
  }

  /** Waits for the end of the call. */
  async waitForEnd(timeout?: number): Promise<void> {
    await this.process.waitForOutput(/Call \d+ .*ended/i, timeout);
  }

  /** What was recorded since `talk`. Undefined where there was no sound. */
  heard(): Sound | undefined {
    return existsSync(this.#recording) ? readWav(this.#recording) : undefined;
  }
}

function configuration({user, registrar, codec}: LinphoneOptions, port: number, rtpPort: number): string {
  const account =
    registrar === undefined
      ? ''
      : `
[auth_info_0]
username=${user}
passwd=${registrar.password}
realm=${registrar.domain}
[proxy_0]
reg_proxy=<sip:127.0.0.1:${registrar.port}>
reg_route=<sip:127.0.0.1:${registrar.port}>
reg_identity=<sip:${user}@${registrar.domain}>
reg_expires=120
reg_sendregister=1
publish=0
`;
  const codecs = codec === undefined ? '' : onlyCodec(codec);
  return `[sip]
sip_port=${port}
sip_tcp_port=${port}
sip_tls_port=-1
bind_address=127.0.0.1
contact=<sip:${user}@127.0.0.1:${port}>
default_proxy=${registrar === undefined ? -1 : 0}
guess_hostname=0
use_ipv6=0
register_only_when_network_is_up=0
auto_net_state_mon=0
media_encryption=none
[net]
mtu=1300
[rtp]
audio_rtp_port=${rtpPort}
[sound]
echocancellation=0
agc=0
ringer_dev_id=
[video]
enabled=0
display=0
capture=0
${account}${codecs}`;
}

/** It asks for the codecs that it is not to use as well. */
function onlyCodec(wanted: string): string {
  return [
    ['opus', 48_000],
    ['speex', 16_000],
    ['speex', 8000],
    ['PCMU', 8000],
    ['PCMA', 8000],
    ['G722', 8000],
    ['GSM', 8000],
  ]
    .map(
      ([mime, rate], index) =>
        `[audio_codec_${index}]\nmime=${mime}\nrate=${rate}\nchannels=1\nenabled=${mime === wanted ? 1 : 0}\n`,
    )
    .join('');
}
