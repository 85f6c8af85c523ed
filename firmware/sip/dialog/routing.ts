import type {Headers} from '../message/headers.ts';
import {parseNameAddress} from '../message/name-address.ts';
import {formatUri} from '../message/uri.ts';

/** One entry of a route set. */
export interface Route {
  /** The whole header value, for example `<sip:proxy.example.org;lr>`. */
  readonly value: string;
  readonly uri: string;
  /** Whether the proxy is a loose router (RFC 3261 section 16.12). */
  readonly loose: boolean;
}

/** More hops than this no request survives anyway. */
const routeLimit = 32;

/** The routes that a header lists, in the order of the message; what is no address is left out. */
export function routesOf(
  headers: Headers,
  header: 'Record-Route' | 'Service-Route' = 'Record-Route',
): Route[] {
  return headers
    .list(header)
    .slice(0, routeLimit)
    .flatMap((value) => {
      const parsed = parseNameAddress(value);
      const uri = parsed.ok ? parsed.value.uri : undefined;
      return uri?.host === undefined ? [] : [{value, uri: formatUri(uri), loose: uri.parameters.has('lr')}];
    });
}

/**
 * Request-URI and Route headers of a request through `routes` to `target` (RFC 3261 section 12.2.1.1). A strict
 * router as first hop gets its own URI as Request-URI, and finds the target as last Route.
 */
export function routeRequest(
  target: string,
  routes: readonly Route[],
): {readonly requestUri: string; readonly route: string[]} {
  const [first, ...rest] = routes;
  if (!first || first.loose) return {requestUri: target, route: routes.map(({value}) => value)};
  return {requestUri: first.uri, route: [...rest.map(({value}) => value), `<${target}>`]};
}
