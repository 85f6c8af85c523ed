import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {RunningProcess} from '../processes.ts';
import type {Run} from '../run-folder.ts';
import {peerProgram} from './require.ts';
import {pingSip} from './sip-ping.ts';

/**
 * Kamailio as an edge proxy on 127.0.0.1 (RFC 5626 section 5): adds itself as Path with a flow token to each REGISTER,
 * and sends what comes back with that token over the flow that the REGISTER came by. It answers STUN and CRLF.
 */
export class KamailioEdge {
  /** For UDP and TCP. */
  readonly port: number;
  readonly process: RunningProcess;

  private constructor(port: number, process: RunningProcess) {
    this.port = port;
    this.process = process;
  }

  /** Starts it on `port`, before the registrar at `registrar` (`address:port`), and waits until it answers OPTIONS. */
  static async start(run: Run, {port, registrar}: {port: number; registrar: string}): Promise<KamailioEdge> {
    const folder = join(run.folder, 'kamailio-edge');
    mkdirSync(folder, {recursive: true});
    const file = join(folder, 'kamailio.cfg');
    writeFileSync(file, configuration(port, registrar));
    const process = run.processes.start(peerProgram('kamailio'), [
      ...['-f', file, '-DD', '-E', '-m', '32', '-M', '4', '-Y', folder],
    ]);
    await process.waitUntil('it answers OPTIONS', async () => (await pingSip(port)) === 200);
    return new KamailioEdge(port, process);
  }

  /** Ends it, and waits until it is gone. */
  async stop(): Promise<void> {
    await this.process.end();
  }
}

function configuration(port: number, registrar: string): string {
  const modules = ['stun', 'outbound', 'tm', 'sl', 'rr', 'path', 'pv', 'maxfwd', 'textops', 'siputils'];
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("path", "use_received", 1)

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS") && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:${registrar}";
    t_relay();
    exit;
  }
  if (!loose_route()) {
    if (!is_method("ACK")) sl_send_reply("403", "By a route only");
    exit;
  }
  if (!has_totag() && is_method("INVITE")) record_route();
  t_relay();
}
`;
}
