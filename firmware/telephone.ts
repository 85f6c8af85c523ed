import {lookup} from 'node:dns/promises';
import {systemClock} from './base/clock.ts';
import {systemRandom} from './base/random.ts';
import type {Config} from './config/schema.ts';
import type {SocketAddress} from './rtp/audio-stream.ts';
import type {MediaPort} from './sip/agent/call.ts';
import {UserAgent} from './sip/agent/user-agent.ts';
import {TransactionLayer} from './sip/transaction/transaction-layer.ts';
import {UdpTransport} from './sip/transport/udp.ts';
import {userAgentName} from './version.ts';

/** Calls at a time: every target of the largest button, and as many that are still being ended. */
const sessionLimit = 32;

export interface TelephoneOptions {
  /** What it calls itself in direct calls. */
  readonly name: string;
  readonly sip: Config['sip'];
  /** Opens the RTP port of a call on a local address. */
  openMedia(localAddress: string): Promise<MediaPort>;
}

/** A SIP user agent and what it stands on. */
export interface Telephony {
  readonly telephone: UserAgent;
  /** The addresses that it listens on. */
  readonly listening: readonly SocketAddress[];
  /** Frees the sockets. */
  close(): void;
}

/** The SIP user agent on this machine's sockets, clock and name service. @throws TransportError in plain words. */
export async function openTelephone({name, sip, openMedia}: TelephoneOptions): Promise<Telephony> {
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
    sessionLimit,
    openMedia,
    resolve: async (host) => (await lookup(host)).address,
  });
  return {
    telephone,
    listening: transport.listening,
    close() {
      transactions.close();
      transport.close();
    },
  };
}
