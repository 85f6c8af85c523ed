import {isIP, isIPv6} from 'node:net';

/** A STUN server as it is configured. */
export interface ServerName {
  /** An address without brackets, or a name. */
  readonly host: string;
  /** Undefined: the DNS says which, else 3478. */
  readonly port: number | undefined;
}

/**
 * Reads `stun:host:port` (RFC 7064) or what stands after `stun:`; the port may be missing, an IPv6 address with a port
 * is in brackets. Undefined where it is neither.
 */
export function parseServerName(text: string): ServerName | undefined {
  const bare = text.replace(/^stun:/i, '');
  if (isIPv6(bare)) return {host: bare, port: undefined};
  const match = /^(?:\[([^\]]{2,45})\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/.exec(bare);
  if (!match) return undefined;
  const [, version6, host = version6!, digits] = match;
  if (version6 !== undefined && !isIPv6(version6)) return undefined;
  if (version6 === undefined && !isIP(host) && !/^[a-z0-9]([\w.-]*[a-z0-9])?\.?$/i.test(host))
    return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  return port === 0 || (port ?? 0) > 65_535 ? undefined : {host, port};
}
