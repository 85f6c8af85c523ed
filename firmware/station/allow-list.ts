import {isIP} from 'node:net';
import type {Call, Party} from '../sip/agent/call.ts';

/**
 * Whether `party` is one of those that `entries` name. This is all that decides who may call and who may open
 * a door, so it believes nothing that a caller merely writes about itself:
 *
 * | entry | fits |
 * |--|--|
 * | `any` | everybody |
 * | `house`, the name of an account | whoever came through that account's server |
 * | `192.168.1.20`, `sip:192.168.1.20`, `[2001:db8::1]` | whose messages come from that very address |
 * | `sip:101@example.org`, `101@example.org` | that user and host, when `verified`: an account's server vouches for it, or the host is the address it comes from |
 * | `101` | that user, when an account's server vouches for it (at a party's own address anybody may call himself 101) |
 *
 * Ports and parameters of an entry do not count; host names and addresses are compared without regard to case
 * or to how an IPv6 address is written.
 */
export function isAllowed(party: Party, entries: readonly string[]): boolean {
  return entries.some((entry) => fits(party, entry));
}

/**
 * Whether the other side of `call` may have it go on with somebody else, which makes the station place a call: whom it
 * has called itself, and callers whom `entries` name. Who is let in as `any` may not: strangers would choose numbers
 * that somebody has to pay for.
 */
export function mayTransfer({direction, party}: Call, entries: readonly string[]): boolean {
  return (
    direction === 'outgoing' ||
    isAllowed(
      party,
      entries.filter((entry) => entry !== 'any'),
    )
  );
}

/** The IP addresses among the hosts that `entries` name: where those who are on the list may be expected to call from. */
export function addressesOn(entries: readonly string[]): string[] {
  return entries.map((entry) => readEntry(entry).host ?? '').filter((host) => isIP(host) !== 0);
}

function fits(party: Party, entry: string): boolean {
  if (entry === 'any') return true;
  if (party.account !== undefined && party.account === entry) return true;
  const {user, host} = readEntry(entry);
  if (user !== undefined && host !== undefined) {
    return party.verified && party.user === user && sameHost(party.host, host);
  }
  if (host !== undefined) return sameHost(party.address, host);
  return party.verified && party.account !== undefined && party.user === user;
}

/** An entry's user and host; without "@" an IP address is a host, anything else a user. */
function readEntry(entry: string): {user: string | undefined; host: string | undefined} {
  const bare = entry.replace(/^sips?:/i, '').replace(/[;?].*$/, '');
  const at = bare.lastIndexOf('@');
  const rest = withoutPort(bare.slice(at + 1));
  if (at >= 0) return {user: bare.slice(0, at), host: rest};
  return isIP(rest) ? {user: undefined, host: rest} : {user: bare, host: undefined};
}

/** "host", "host:port", "[IPv6]", "[IPv6]:port" or a plain IPv6 address: its host. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
  if (bracketed) return bracketed[1]!;
  return isIP(text) === 6 ? text : text.replace(/:\d+$/, '');
}

function sameHost(one: string, other: string): boolean {
  return one !== '' && canonicalHost(one) === canonicalHost(other);
}

/**
 * One way to write a host: lower case; IPv6 in its shortest form; an IPv4 address mapped into IPv6 as IPv4.
 */
function canonicalHost(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped) return mapped[1]!;
  return isIP(host) === 6 ? new URL(`http://[${host.replace(/%.*$/, '')}]`).hostname : host.toLowerCase();
}
