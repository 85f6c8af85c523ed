import {isIPv6} from 'node:net';
import {failure, type Result, success} from '../../base/result.ts';
import {formatHost, parseUri, type SipUri} from '../message/uri.ts';

/** Why a target cannot be called. */
export interface TargetFailure {
  readonly code: 'bad-target' | 'no-domain';
  readonly text: string;
}

/**
 * Reads whom to call: a SIP URI, `user@host`, an address or host name with or without a port, or a bare name
 * or number such as `101`, which is looked for at `domain`.
 */
export function parseTarget(text: string, domain: string | undefined): Result<SipUri, TargetFailure> {
  const target = text.trim();
  if (target !== '' && !isHost(target) && !/[@:]/.test(target)) {
    if (domain === undefined) {
      return failure({
        code: 'no-domain',
        text: `"${target}" names nobody without a server: set sip.domain or an account, or call an address`,
      });
    }
    return read(text, `sip:${escapeUser(target)}@${domain}`);
  }
  if (/^sips?:/i.test(target)) return read(text, target);
  const [host, ...users] = target.split('@').reverse();
  const place = formatHost(isIPv6(host ?? '') ? (host as string) : '') || host;
  return read(
    text,
    users.length > 0 ? `sip:${escapeUser(users.reverse().join('@'))}@${place}` : `sip:${place}`,
  );
}

/** A name with a dot, an IPv6 address, or the one host name without a dot that everybody has. */
function isHost(target: string): boolean {
  return (
    isIPv6(target) || target.startsWith('[') || target === 'localhost' || /^[\w-]+(\.[\w-]+)+$/.test(target)
  );
}

/** Escapes the characters that people dial but a URI's user part cannot hold (RFC 3261 section 25.1). */
function escapeUser(user: string): string {
  return user.replace(/[#\s"<>@]/g, (character) => encodeURIComponent(character));
}

function read(text: string, uri: string): Result<SipUri, TargetFailure> {
  // It would stand in the journal, and go to everybody on the way (RFC 3261 section 19.1.1).
  if (/^sips?:[^@:]*:[^@]*@/i.test(uri)) {
    return failure({
      code: 'bad-target',
      text: 'A password has no place in an address: leave out what stands between ":" and "@"',
    });
  }
  const parsed = parseUri(uri);
  if (parsed.ok && parsed.value.host !== undefined && parsed.value.host !== '') return success(parsed.value);
  return failure({
    code: 'bad-target',
    text: `"${text}" cannot be called: expected 101, user@host, 192.168.1.20, 192.168.1.20:5062 or sip:user@host`,
  });
}
