import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Identity} from '../certificates.ts';
import {freePorts} from '../ports.ts';
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
  /** Its certificate: with one it listens for TLS, too. */
  identity?: Identity;
  /** Whom clients must have a certificate from, where they need one. */
  clientAuthority?: Identity;
  /** Where it listens, when not on a new port of 127.0.0.1. */
  at?: {readonly address?: string; readonly port: number};
  /** The name by which it is found again within a call; its address where nothing is said. */
  name?: string;
  /** The longest time, in seconds, for which it registers. */
  longestExpiry?: number;
  /** Keeps flows (RFC 5626), which a proxy at this address named by Path may stand before; calls then come by way of it. */
  edge?: string;
  /** Where it runs, when not on this machine's own network: it listens there, too. */
  host?: {readonly prefix: readonly string[]; readonly address: string};
}

/** Kamailio as registrar and proxy of one domain on 127.0.0.1 and ::1, with digest for REGISTER and INVITE. */
export class Kamailio {
  readonly domain = 'home.test';
  /** For UDP and TCP. */
  readonly port: number;
  /** For TLS. */
  readonly tlsPort: number;
  readonly process: RunningProcess;

  private constructor(port: number, process: RunningProcess) {
    this.port = port;
    this.tlsPort = port + 1;
    this.process = process;
  }

  /** Starts it, and waits until it answers OPTIONS. Where it runs elsewhere nobody can ask it from here. */
  static async start(run: Run, options: KamailioOptions): Promise<Kamailio> {
    const folder = join(run.folder, 'kamailio');
    mkdirSync(folder, {recursive: true});
    const {address = '127.0.0.1', port} = options.at ?? {port: (await freePorts(2)).first};
    const file = join(folder, 'kamailio.cfg');
    const tlsFile = join(folder, 'tls.cfg');
    writeFileSync(tlsFile, tlsConfiguration(options));
    writeFileSync(file, configuration({address, port}, tlsFile, options));
    const {host} = options;
    const [command, ...parameters] = [
      ...(host?.prefix ?? []),
      peerProgram('kamailio'),
      ...['-f', file],
      ...['-DD', '-E'], // stays in the foreground and logs to the standard error
      ...['-m', '32', '-M', '4'], // megabytes of shared and of private memory
      ...['-Y', folder],
    ];
    const process = run.processes.start(command!, parameters);
    if (host === undefined) {
      await process.waitUntil('it answers OPTIONS', async () => (await pingSip(port, {address})) === 200);
    }
    return new Kamailio(port, process);
  }

  /** Ends it as a service manager would, and waits until it is gone. Its children deadlock at that now and then: then by force. */
  async stop(): Promise<void> {
    await this.process.end();
  }
}

function tlsConfiguration({identity, clientAuthority}: KamailioOptions): string {
  if (identity === undefined) return '';
  const asked = clientAuthority === undefined ? 'no' : 'yes';
  return `[server:default]
method = TLSv1.2+
private_key = ${identity.keyFile}
certificate = ${identity.certificateFile}
verify_certificate = ${asked}
require_certificate = ${asked}
${clientAuthority === undefined ? '' : `ca_list = ${clientAuthority.certificateFile}`}
[client:default]
method = TLSv1.2+
verify_certificate = no
`;
}

function configuration(
  {address, port}: {readonly address: string; readonly port: number},
  tlsFile: string,
  {users, algorithm, relay, identity, host, longestExpiry, edge, name}: KamailioOptions,
): string {
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
  if (edge !== undefined) modules.unshift('stun', 'outbound');
  if (relay !== undefined) modules.push('rtpengine');
  if (identity !== undefined) modules.unshift('tls');
  const passwords = Object.entries(users).map(
    ([user, password]) => `  $sht(users=>${user}) = "${password}";`,
  );
  // With a relay, the addresses of both offer and answer are replaced by the relay's.
  const relayed = (words: string): string => (relay === undefined ? '' : words);
  const answer = relayed('if (has_body("application/sdp")) rtpengine_answer("replace-origin");');
  // Calls of the station come with the Service-Route, of which this proxy is the last.
  const flows = (words: string): string => (edge === undefined ? '' : words);
  const serviceRoute = `Service-Route: <sip:${edge};lr>, <sip:${address}:${port};lr>\\r\\n`;
  const release = relayed('rtpengine_delete();');
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
alias="home.test"
${name === undefined ? '' : `alias="${name}"`}
dns=no
rev_dns=no
listen=udp:${address}:${port}
listen=tcp:${address}:${port}
${host === undefined ? '' : `listen=udp:${host.address}:${port}\nlisten=tcp:${host.address}:${port}`}
listen=udp:[::1]:${port}
listen=tcp:[::1]:${port}
${identity === undefined ? '' : `enable_tls=yes\nlisten=tls:${address}:${port + 1}`}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
${identity === undefined ? '' : `modparam("tls", "config", "${tlsFile}")`}
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 10)
modparam("registrar", "gruu_enabled", ${edge === undefined ? 0 : 1})
${longestExpiry === undefined ? '' : `modparam("registrar", "max_expires", ${longestExpiry})`}
${flows(`modparam("registrar", "use_path", 1)
modparam("registrar", "outbound_mode", 1)
modparam("registrar", "flow_timer", 15)`)}
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
      ${relayed('if (is_method("INVITE|UPDATE")) { t_on_reply("ANSWER"); t_on_branch("OFFER"); }')}
      ${relayed(`if (is_method("ACK")) { ${answer} }`)}
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
  if (is_method("REGISTER")) {
    ${flows(`append_to_reply("${serviceRoute}");`)}
    save("location");
    exit;
  }
  ${flows('remove_hf("Route");')}
  if (is_method("INVITE")) ${name === undefined ? 'record_route()' : `record_route_preset("${name}:${port}")`};
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  ${relayed('if (is_method("INVITE")) { t_on_reply("ANSWER"); t_on_branch("OFFER"); }')}
  t_relay();
}

${relayed(`# The offer goes out with an address of the family by which the request itself goes on.
branch_route[OFFER] {
  if (has_body("application/sdp")) {
    if ($rd =~ "^\\[") rtpengine_offer("replace-origin address-family=IP6");
    else rtpengine_offer("replace-origin address-family=IP4");
  }
}
onreply_route[ANSWER] { ${answer} }`)}
`;
}
