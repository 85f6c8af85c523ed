import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Run} from '../run-folder.ts';
import {Sipp, type SippResult} from './sipp.ts';

interface LampKeyOptions {
  /** The SIP port on 127.0.0.1 where it subscribes. */
  readonly target: number;
  /** Whose calls it is told of: a user there. */
  readonly service: string;
  /** Its password, as the user "guard", where it is challenged. */
  readonly password?: string;
  /** What each NOTIFY must hold, one after the other: regular expressions without angle brackets. */
  readonly told: readonly string[];
}

/** SIPp as a phone with a lamp key: it subscribes to the calls of another one (RFC 4235), and is told of them. */
export class LampKey {
  readonly #sipp: Sipp;
  readonly #mark: (count: number) => string;

  private constructor(sipp: Sipp, mark: (count: number) => string) {
    this.#sipp = sipp;
    this.#mark = mark;
  }

  /** Starts it, and waits until it was told for the first time. */
  static async start(run: Run, {target, service, password, told}: LampKeyOptions): Promise<LampKey> {
    const mark = (count: number): string => join(run.folder, `lamp-key-was-told-${count}`);
    const challenged =
      password === undefined
        ? []
        : [
            '<recv response="401" auth="true" />',
            subscribe(2, `[authentication username=guard password=${password}]`),
          ];
    const notifications = told.map((pattern, index) => notification(pattern, mark(index + 1)));
    const steps = [subscribe(1, ''), ...challenged, '<recv response="200" />', ...notifications];
    const xml = `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="lamp-key">
${steps.join('\n')}
<Reference variables="found" />
</scenario>
`;
    const scenario = {name: 'lamp-key', xml};
    const key = new LampKey(await Sipp.start(run, {scenario, target, service, seconds: 20}), mark);
    await key.wasTold(1);
    return key;
  }

  /** Waits until it was told for this time. */
  async wasTold(count: number): Promise<void> {
    await this.#sipp.process.waitUntil(`it was told ${count} times`, () => existsSync(this.#mark(count)));
  }

  /** Waits until it was told everything. */
  result(): Promise<SippResult> {
    return this.#sipp.result();
  }
}

function subscribe(sequence: number, credentials: string): string {
  const lines = [
    'SUBSCRIBE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: <sip:guard@[remote_ip]>;tag=[pid]flow[call_number]',
    'To: <sip:[service]@[remote_ip]:[remote_port]>',
    'Call-ID: [call_id]',
    `CSeq: ${sequence} SUBSCRIBE`,
    'Contact: <sip:guard@[local_ip]:[local_port]>',
    ...(credentials === '' ? [] : [credentials]),
    'Event: dialog',
    'Accept: application/dialog-info+xml',
    'Expires: 60',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ];
  return `<send retrans="500"><![CDATA[\n${lines.join('\n')}\n\n]]></send>`;
}

/** One that leaves the file `mark` behind. */
function notification(pattern: string, mark: string): string {
  const lines = [
    'SIP/2.0 200 OK',
    ...['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'],
    'Content-Length: 0',
  ];
  return `<recv request="NOTIFY">
  <action>
    <ereg regexp="${pattern}" search_in="body" check_it="true" assign_to="found" />
    <exec command="touch '${mark}'" />
  </action>
</recv>
<send><![CDATA[\n${lines.join('\n')}\n\n]]></send>`;
}
