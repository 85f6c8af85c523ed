import {isIPv4} from 'node:net';
import type {Direction} from '../rtp/audio-stream.ts';

/** A session description (RFC 8866), as far as offers and answers of audio need it. */
export interface SessionDescription {
  readonly origin: Origin;
  readonly sessionName: string;
  /** Session-level c= line, for media lines without one of their own. */
  readonly connection: Connection | undefined;
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}

/** The o= line: who made the description, and which version it is. Numbers stay text: they may have 64 bits. */
export interface Origin {
  readonly userName: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly address: string;
}

/** A c= line: an address in its canonical form, without TTL or brackets, or a host name. */
export interface Connection {
  readonly address: string;
}

/** An a= line; `value` is what follows the colon. */
export interface Attribute {
  readonly name: string;
  readonly value: string | undefined;
}

/** An m= line with the lines that belong to it. Port 0: refused or switched off. */
export interface MediaDescription {
  /** `audio`, `video`, `image`, … */
  readonly type: string;
  readonly port: number;
  /** Transport profile, for example `RTP/AVP`. */
  readonly protocol: string;
  /** Payload types for RTP profiles, other tokens elsewhere. */
  readonly formats: readonly string[];
  readonly connection: Connection | undefined;
  readonly attributes: readonly Attribute[];
}

/** `IP4` or `IP6` as o= and c= lines name the family of `address`; host names count as IP4. */
export function addressType(address: string): 'IP4' | 'IP6' {
  return address.includes(':') ? 'IP6' : 'IP4';
}

/** Multicast and broadcast: an offer must not make a station shout at a whole network. */
export function isGroup(address: string): boolean {
  // Behind ::ffff: stands an IPv4 address (RFC 4291 section 2.5.5.2), as such or in hexadecimal.
  if (address.includes(':'))
    return /^(?:ff|(?:[0:]*:)ffff:(?:[ef][0-9a-f]{3}:|2(?:2[4-9]|[345]\d)\.))/i.test(address);
  return Number.parseInt(address, 10) >= 224 && isIPv4(address);
}

/** Why sound does not go to a group. */
export function notOneHost(address: string): string {
  return `${address} is not the address of one host`;
}

/** Value of the first attribute called `name`; the empty string for a flag; undefined where there is none. */
export function attribute(attributes: readonly Attribute[], name: string): string | undefined {
  const found = attributes.find((one) => one.name === name);
  return found && (found.value ?? '');
}

const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** Direction of a media line, from its own or the session's attribute; sendrecv where none says (RFC 8866 6.7). */
export function directionOf(description: SessionDescription, media: MediaDescription): Direction {
  const found =
    media.attributes.find(({name}) => directions.includes(name)) ??
    description.attributes.find(({name}) => directions.includes(name));
  return (found?.name as Direction | undefined) ?? 'sendrecv';
}
