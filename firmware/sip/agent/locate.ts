import {isIP} from 'node:net';
import {failure, type Result, success} from '../../base/result.ts';
import {parseUri, type SipUri} from '../message/uri.ts';
import {type Destination, defaultPorts, type TransportName} from '../transport/transport.ts';

/**
 * Finds where requests to `uri` go (RFC 3263, as far as address records need it). Calls `found` at once
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
  const {host, port, parameters} = parsed.value;
  const transport = transportOf(parsed.value);
  if (transport === undefined) {
    found(failure(`${host} asks for ${parameters.get('transport')}; there are only UDP, TCP and TLS`));
    return;
  }
  const target = parameters.get('maddr') ?? host;
  const at = (address: string): Destination => ({
    transport,
    address,
    port: port ?? defaultPorts[transport],
    ...(transport === 'TLS' ? {serverName: host} : {}),
  });
  if (isIP(target)) {
    found(success(at(target)));
    return;
  }
  resolve(target).then(
    (address) => found(success(at(address))),
    () =>
      found(
        failure(`the name ${target} is not known: is it spelled right, does name resolution (DNS) work?`),
      ),
  );
}

/** What a URI says about its transport (RFC 3261 section 19.1.1); `sips:` is TLS whatever it says. */
function transportOf({scheme, parameters}: SipUri): TransportName | undefined {
  if (scheme === 'sips') return 'TLS';
  const name = parameters.get('transport')?.toUpperCase() ?? 'UDP';
  return name === 'UDP' || name === 'TCP' || name === 'TLS' ? name : undefined;
}
