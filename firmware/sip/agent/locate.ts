import {isIP} from 'node:net';
import {failure, type Result, success} from '../../base/result.ts';
import {parseUri} from '../message/uri.ts';
import type {Destination} from '../transport/transport.ts';

const defaultPort = 5060;

/**
 * Finds where requests to `uri` go (RFC 3263, as far as UDP and address records need it). Calls `found` at once
 * where the URI holds an address, else when `resolve` has answered. A failure is a sentence for people.
 */
export function locate(
  uri: string,
  resolve: (host: string) => Promise<string>,
  found: (destination: Result<Destination, string>) => void,
): void {
  const parsed = parseUri(uri);
  if (!parsed.ok || parsed.value.host === undefined) {
    found(failure(`${uri} is not a SIP address`));
    return;
  }
  const {scheme, host, port = defaultPort, parameters} = parsed.value;
  const transport = parameters.get('transport')?.toLowerCase() ?? 'udp';
  if (scheme === 'sips' || transport !== 'udp') {
    const asked = scheme === 'sips' ? 'TLS' : transport.toUpperCase();
    found(failure(`${host} asks for ${asked}, which is not available yet; only UDP is`));
    return;
  }
  const target = parameters.get('maddr') ?? host;
  if (isIP(target)) {
    found(success({transport: 'UDP', address: target, port}));
    return;
  }
  resolve(target).then(
    (address) => found(success({transport: 'UDP', address, port})),
    () =>
      found(
        failure(`the name ${target} is not known: is it spelled right, does name resolution (DNS) work?`),
      ),
  );
}
