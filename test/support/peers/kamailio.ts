import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from '../ports.ts';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {peerProgram} from './require.ts';
import type {Rtpengine} from './rtpengine.ts';
import {pingSip} from './sip-ping.ts';

export interface KamailioOptions {
  /** Passwords by user name. */
  users: Readonly<Record<string, string>>;
  /** Digest algorithm of its challenges; MD5 where nothing is said. */
  algorithm?: 'MD5' | 'SHA-256';
  /** Where media is relayed; directly between the phones where nothing is said. */
  relay?: Rtpengine;
}

/** Kamailio as registrar and proxy of one domain on 127.0.0.1, UDP, with digest for REGISTER and INVITE. */
export class Kamailio {
  readonly domain = 'home.test';
  readonly port: number;
  readonly process: RunningProcess;

  private constructor(port: number, process: RunningProcess) {
    this.port = port;
    this.process = process;
  }

  /** Starts it, and waits until it answers OPTIONS. */
  static async start(run: Run, options: KamailioOptions): Promise<Kamailio> {
    const folder = join(run.folder, 'kamailio');
    mkdirSync(folder, {recursive: true});
    const port = await freePort();
    const file = join(folder, 'kamailio.cfg');
    writeFileSync(file, configuration(port, options));
    const process = run.processes.start(peerProgram('kamailio'), [
      ...['-f', file],
      ...['-DD', '-E'], // stays in the foreground and logs to the standard error
      ...['-m', '32', '-M', '4'], // megabytes of shared and of private memory
      ...['-Y', folder],
    ]);
    await process.waitUntil('it answers OPTIONS', async () => (await pingSip(port)) === 200);
    return new Kamailio(port, process);
  }
}

function configuration(port: number, {users, algorithm, relay}: KamailioOptions): string {
  const modules = [
    'tm',
    'tmx',
    'sl',
    'rr',
    'pv',
    'maxfwd',
    'usrloc',
    'registrar',
    'textops',
    'siputils',
    'sanity',
  ];
  modules.push('htable', 'auth');
  if (relay !== undefined) modules.push('rtpengine');
  const passwords = Object.entries(users).map(
    ([user, password]) => `  $sht(users=>${user}) = "${password}";`,
  );
  // With a relay, the addresses of both offer and answer are replaced by the relay's.
  const relayed = (words: string): string => (relay === undefined ? '' : words);
  const media = (words: 'offer' | 'answer'): string =>
    relayed(`if (has_body("application/sdp")) rtpengine_${words}("replace-origin");`);
  const offer = relayed('t_on_reply("ANSWER");') + media('offer');
  const release = relayed('rtpengine_delete();');
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
auto_aliases=no
alias="home.test"
dns=no
rev_dns=no
listen=udp:127.0.0.1:${port}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 10)
modparam("registrar", "gruu_enabled", 0)
modparam("rr", "append_fromtag", 1)
modparam("auth", "algorithm", "${algorithm ?? 'MD5'}")
modparam("htable", "htable", "users=>size=6;")
${relay === undefined ? '' : `modparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:${relay.port}")`}

event_route[htable:mod-init] {
${passwords.join('\n')}
}

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (!sanity_check()) exit;
  if (is_method("OPTIONS") && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) {
    if (t_check_trans()) { ${release} t_relay(); }
    exit;
  }
  if (!is_method("ACK") && t_precheck_trans()) { t_check_trans(); exit; }
  t_check_trans();
  if (has_totag()) {
    if (loose_route()) {
      ${relayed(`if (is_method("BYE")) { ${release} }`)}
      ${relayed(`if (is_method("INVITE|UPDATE")) { ${offer} }`)}
      ${relayed(`if (is_method("ACK")) { ${media('answer')} }`)}
      t_relay();
    } else if (!is_method("ACK")) {
      sl_send_reply("404", "Not Here");
    }
    exit;
  }
  if (is_method("REGISTER|INVITE")) {
    if ($au == $null || !pv_auth_check("home.test", "$sht(users=>$au)", "0", "1")) {
      auth_challenge("home.test", "1");
      exit;
    }
    if (!is_method("REGISTER")) consume_credentials();
  }
  if (is_method("REGISTER")) { save("location"); exit; }
  if (is_method("INVITE")) { record_route(); ${offer} }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}

${relayed(`onreply_route[ANSWER] { ${media('answer')} }`)}
`;
}
