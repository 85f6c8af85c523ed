import {isIP, isIPv6} from 'node:net';
import type {SessionDescription} from '../../sdp/session-description.ts';
import {type Transport, TransportError} from '../transport/transport.ts';

/** Where nobody is: addresses for documentation (RFC 5737, RFC 3849), to be asked for the way into a family. */
const somewhere = {4: '192.0.2.1', 6: '2001:db8::1'} as const;

/**
 * This machine's address for the sound of a call whose SIP comes to its address `local`: of the same family, IPv4 or IPv6,
 * as the address that `offer` names. Undefined where this machine listens on none of that family.
 */
export function addressForOffer(
  offer: SessionDescription,
  local: string,
  transport: Transport,
): string | undefined {
  const audio = offer.media.find(({type, port}) => type === 'audio' && port > 0);
  const remote = (audio?.connection ?? offer.connection)?.address ?? '';
  // A name may be of either family; to the unspecified address, which means hold, nothing is sent.
  const family = /^[0:.]+$/.test(remote) ? 0 : isIP(remote);
  return family === 0 || family === isIP(local) ? local : ownAddress(remote, transport);
}

/** This machine's address of the other family than that of `local`; undefined where it listens on none. */
export function addressOfOtherFamily(local: string, transport: Transport): string | undefined {
  return ownAddress(somewhere[isIPv6(local) ? 4 : 6], transport);
}

function ownAddress(remote: string, transport: Transport): string | undefined {
  try {
    const {address} = transport.localAddress({transport: 'UDP', address: remote, port: 9});
    return isIP(address) === isIP(remote) ? address : undefined;
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}
