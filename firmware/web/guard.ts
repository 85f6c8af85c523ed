import type {IncomingHttpHeaders} from 'node:http';
import {isIP} from 'node:net';
import type {Problem} from './problem.ts';

/** What the guard must know of the listener. */
export interface GuardOptions {
  /** Host names of this machine, lower case, besides localhost and *.local. */
  readonly names: readonly string[];
}

/**
 * Refuses what a web page of somebody else may have sent through the visitor's browser.
 *
 * - A Host that is neither an address nor a name of ours: a foreign name that was made to resolve to us
 *   (DNS rebinding) would make a foreign page count as our own.
 * - Writes, and anything under /api, from another origin, by Origin (RFC 6454) or Fetch Metadata: to open
 *   the door it is enough to send a request, the answer need not be readable.
 */
export function guard(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  options: GuardOptions,
): Problem | undefined {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !isOurs(hostName(host), options.names)) {
    return {
      status: 421,
      detail:
        'The Host header does not name this station. Use its address, localhost, or its name under .local.',
    };
  }
  const decoded = decodePath(path);
  if (decoded?.startsWith('/') !== true) {
    return {status: 400, detail: 'The request target must be a path, correctly percent-encoded.'};
  }
  if (isPageFile(method, decoded)) return undefined;
  if (isForeign(host, headers)) {
    return {
      status: 403,
      detail:
        'This request comes from a page of another site. Only the pages of the station itself may use its API from a browser.',
    };
  }
  return undefined;
}

/** Whether a request can only be for a file of the page, which anybody may have: all but the API and the figures. */
export function isPageFile(method: string, decodedPath: string): boolean {
  return isRead(method) && !/^\/(api|metrics)/.test(decodedPath);
}

/** The path as the router will read it: a hidden /api is still /api. */
export function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Whether a method promises to change nothing (RFC 9110 section 9.2.1). */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}

/** The host of a Host header, without port and without the brackets of IPv6; lower case. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host);
  if (bracketed) return bracketed[1] ?? '';
  return host.replace(/:\d*$/, '').replace(/\.$/, '');
}

function isOurs(name: string, names: readonly string[]): boolean {
  return (
    isIP(name) !== 0 || name === 'localhost' || /^[a-z0-9.-]+\.local$/.test(name) || names.includes(name)
  );
}

function isForeign(host: string, headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = headers.origin;
  if (origin === undefined) return false;
  return origin.toLowerCase() !== `http://${host}` && origin.toLowerCase() !== `https://${host}`;
}
