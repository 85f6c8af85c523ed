import {formatAddress, type SocketAddress} from './attributes/address.ts';
import type {Dependence, NatBehaviour} from './nat-behaviour.ts';

const mappings: Record<Dependence, string> = {
  'endpoint-independent': 'endpoint-independent: everybody outside sees the same address and port',
  'address-dependent': 'address-dependent: each computer outside sees another port',
  'address-and-port-dependent':
    'address- and port-dependent ("symmetric"): each program outside sees another port',
};

const filterings: Record<Dependence, string> = {
  'endpoint-independent': 'endpoint-independent: whoever sends to that address gets in',
  'address-dependent': 'address-dependent: only computers get in that were sent something before',
  'address-and-port-dependent':
    'address- and port-dependent: only who was sent something before gets in, from that port',
};

const unknown = 'not known: the server has only one address, or does not take part in the test (RFC 5780)';

/** A NAT in plain words: what it does, then what that means for a station behind it. A line an entry. */
export function describeNat(nat: NatBehaviour, local: SocketAddress): string[] {
  const {mapped, translated, mapping, filtering, hairpinning} = nat;
  const found = translated
    ? [
        `This machine is ${local.address}; outside it is seen as ${formatAddress(mapped)}: there is a NAT between.`,
        `Mapping     ${mapping ? mappings[mapping] : unknown}.`,
        `Filtering   ${filtering ? filterings[filtering] : unknown}.`,
        `Hairpinning ${hairpinning ? 'yes' : 'no'}: two machines behind this NAT ${hairpinning ? 'reach' : 'do not reach'} each other by their outside addresses.`,
      ]
    : [
        `This machine is ${local.address}, and is seen so outside: there is no NAT between.`,
        `Filtering   ${filtering ? filterings[filtering] : unknown}.`,
      ];
  return [...found, '', ...advice(nat)];
}

/** What it means for a station. */
function advice({translated, mapping, filtering}: NatBehaviour): string[] {
  if (!translated) {
    return filtering === undefined || filtering === 'endpoint-independent'
      ? ['For a station: it needs no sip.stun here; its own address is good everywhere.']
      : [
          'For a station: it needs no sip.stun here, but there is a firewall. Calls come in through an account at a',
          'server; for direct calls the firewall must let the SIP port and the media ports through.',
        ];
  }
  switch (mapping) {
    case undefined:
      return [
        'For a station: with sip.stun it tells others this outside address. Whether that holds for all of them could',
        'not be found out; a STUN server with two addresses would tell.',
      ];
    case 'endpoint-independent':
      return filtering === 'endpoint-independent'
        ? ['For a station: set sip.stun, and it can be called from everywhere, with and without a server.']
        : [
            'For a station: set sip.stun. Calls through the server of an account work both ways; a direct call from',
            'outside comes in only from where the station has sent something before.',
          ];
    default:
      return [
        'For a station: what a STUN server tells is wrong for everybody else, so sip.stun does not help here. Use an',
        'account at a server that answers to where requests come from and relays the sound, or have the router',
        'forward the SIP port and the media ports.',
      ];
  }
}
