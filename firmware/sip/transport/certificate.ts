import type {X509Certificate} from 'node:crypto';
import {isIP} from 'node:net';
import {canonicalAddress} from '../../base/canonical-address.ts';

/** The names that a certificate is for: domains from its DNS names and `sip:` URIs, and addresses. */
export interface CertificateNames {
  readonly domains: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * Reads the subjectAltName as RFC 5922 section 7.1 says: a URI counts where it is `sip:` or `sips:` and has no user
 * part, a DNS name as it is. The common name does not count. Text that needs quoting is no name of a host.
 */
export function certificateNames({subjectAltName = ''}: X509Certificate): CertificateNames {
  const domains: string[] = [];
  const addresses: string[] = [];
  for (const [, kind, value = ''] of subjectAltName.matchAll(
    /(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g,
  )) {
    if (kind === 'DNS') domains.push(value.toLowerCase());
    else if (kind === 'IP Address') addresses.push(value);
    else if (kind === 'URI') {
      const host = /^sips?:([\w.-]+)$/i.exec(value)?.[1];
      if (host !== undefined) domains.push(host.toLowerCase());
    }
  }
  return {domains, addresses};
}

/** Whether a certificate is for `name`, a domain or an address. There are no wildcards (RFC 5922 section 7.2). */
export function isFor({domains, addresses}: CertificateNames, name: string): boolean {
  if (isIP(name) === 0) return domains.includes(name.toLowerCase().replace(/\.$/, ''));
  return addresses.some((address) => canonicalAddress(address) === canonicalAddress(name));
}

/** Why a certificate is not accepted, by the code of OpenSSL's check; `now` is what the clock of this machine says. */
export function explainRefusal(code: string, certificate: X509Certificate, now: Date): string {
  const {validFrom, validTo, issuer} = certificate;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return new Date(validTo) < now
        ? `its certificate expired on ${day(validTo)}`
        : 'the certificate of the authority behind it has expired';
    case 'CERT_NOT_YET_VALID':
      return `its certificate is not valid before ${day(validFrom)}; is the clock of this device right? It says ${day(now)}`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'its certificate is signed by itself; to trust it, name it in sip.tls.authorities';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `its certificate comes from an unknown authority (${oneLine(issuer)}); to trust it, name the authority's certificate in sip.tls.authorities`;
    default:
      return `its certificate is not accepted: ${code.toLowerCase().replaceAll('_', ' ')}`;
  }
}

/** Why a certificate that is good in itself is the wrong one. */
export function explainWrongName({domains, addresses}: CertificateNames, name: string): string {
  const names = [...domains, ...addresses].slice(0, 5).join(', ');
  return `its certificate is for ${names === '' ? 'nobody (it has no subjectAltName)' : names}, not for ${name}`;
}

function day(date: string | Date): string {
  return new Date(date).toISOString().slice(0, 10);
}

function oneLine(subject: string | undefined): string {
  return (subject ?? '').replaceAll('\n', ', ').slice(0, 120);
}
