import {lookup} from 'node:dns/promises';
import {systemClock} from './base/clock.ts';
import {systemRandom} from './base/random.ts';
import type {Config} from './config/schema.ts';
import type {MediaPort} from './sip/agent/call.ts';
import {UserAgent} from './sip/agent/user-agent.ts';
import {TransactionLayer} from './sip/transaction/transaction-layer.ts';
import {UdpTransport} from './sip/transport/udp.ts';
import {userAgentName} from './version.ts';

export interface TelephoneOptions {
  /** What it calls itself in direct calls. */
  readonly name: string;
  readonly sip: Config['sip'];
  /** Opens the RTP port of a call on a local address. */
  openMedia(localAddress: string): Promise<MediaPort>;
}

/** The SIP user agent on this machine's sockets, clock and name service. */
export async function openTelephone({name, sip, openMedia}: TelephoneOptions): Promise<{
  telephone: UserAgent;
  transport: UdpTransport;
  transactions: TransactionLayer;
}> {
  const clock = systemClock;
  const random = systemRandom;
  const transport = new UdpTransport(clock);
  for (const {address, port} of sip.listen) await transport.bind(address, port);
  const transactions = new TransactionLayer({transport, clock, random});
  transport.onMessage = (bytes, remote, local) => transactions.receive(bytes, remote, local);
  const telephone = new UserAgent({
    transport,
    transactions,
    clock,
    random,
    accounts: sip.accounts,
    domain: sip.domain,
    userAgentName,
    identity: {displayName: name},
    openMedia,
    resolve: async (host) => (await lookup(host)).address,
  });
  return {telephone, transport, transactions};
}
