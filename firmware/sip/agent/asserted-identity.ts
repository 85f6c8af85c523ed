import type {Headers} from '../message/headers.ts';
import {parseNameAddress} from '../message/name-address.ts';
import type {Parameters} from '../message/parameters.ts';
import type {Uri} from '../message/uri.ts';

/** Values of one header that are looked at. */
const valueLimit = 4;

/** Who a trusted server says sent a request. */
export interface AssertedIdentity {
  readonly displayName: string;
  readonly uri: Uri;
}

/**
 * The identity in P-Asserted-Identity (RFC 3325), where a SIP URI is preferred to a telephone number; else in
 * Remote-Party-ID, which older servers send. To be read from servers that are trusted, for anybody can write it.
 */
export function assertedIdentity(headers: Headers): AssertedIdentity | undefined {
  const asserted = addresses(headers, 'P-Asserted-Identity');
  const remote = addresses(headers, 'Remote-Party-ID').filter(({parameters}) => isVouchedCaller(parameters));
  return asserted.find(({uri}) => uri.host !== undefined) ?? asserted[0] ?? remote[0];
}

/** Whether the sender wants its name and address not to be shown (RFC 3323, RFC 3325 section 9.3). */
export function wantsPrivacy(headers: Headers): boolean {
  const wished = headers.all('Privacy').flatMap((value) => value.toLowerCase().split(/[;,\s]+/, 16));
  const hidden = addresses(headers, 'Remote-Party-ID').some(({parameters}) =>
    ['full', 'uri'].includes(parameters.get('privacy')?.toLowerCase() ?? ''),
  );
  return hidden || wished.includes('id') || wished.includes('user');
}

function addresses(headers: Headers, name: string) {
  return headers
    .list(name)
    .slice(0, valueLimit)
    .flatMap((value) => {
      const parsed = parseNameAddress(value);
      return parsed.ok && ['sip', 'sips', 'tel'].includes(parsed.value.uri.scheme) ? [parsed.value] : [];
    });
}

/** Remote-Party-ID may also name who is called, or what the server could not verify. */
function isVouchedCaller(parameters: Parameters): boolean {
  const party = parameters.get('party')?.toLowerCase() ?? 'calling';
  return party === 'calling' && parameters.get('screen')?.toLowerCase() !== 'no';
}
