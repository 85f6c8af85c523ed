import {shownText} from '../../base/shown-text.ts';
import type {SipRequest} from '../message/message.ts';
import {Parameters} from '../message/parameters.ts';
import {formatUri, type Uri} from '../message/uri.ts';
import type {SocketAddress} from '../transport/transport.ts';
import {assertedIdentity, wantsPrivacy} from './asserted-identity.ts';
import type {Party} from './call.ts';

/** Characters of names and addresses that are shown. */
const nameLimit = 64;
const uriLimit = 256;
/** RFC 3323 section 4.1.1.3: what is shown in place of an address that its owner hides. */
const anonymous = 'sip:anonymous@anonymous.invalid';

/**
 * Who sent `request`. `account` names the account through whose server it came, from the address of that server, which
 * is believed, be it in From or in what it asserts (RFC 3325). Without one, what is asserted does not count, and a From
 * header is believed only where its host is the address that the request came from.
 */
export function callerOf(request: SipRequest, source: SocketAddress, account: string | undefined): Party {
  const {from, headers} = request;
  const {displayName, uri} = (account === undefined ? undefined : assertedIdentity(headers)) ?? from;
  const hidden = wantsPrivacy(headers);
  const {user, host} = userAndHost(uri);
  // A server that asserts the address that is in From anyway may have left the name there.
  const name = displayName || (from.uri.user === user ? from.displayName : '');
  return {
    uri: hidden ? anonymous : shownText(addressText(uri), uriLimit),
    displayName: hidden ? '' : shownText(name, nameLimit),
    user,
    host,
    address: source.address,
    account,
    verified: account !== undefined || host.toLowerCase() === source.address.toLowerCase(),
  };
}

/** Of a telephone number (RFC 3966) the user is the number without its hyphens, dots and brackets. */
function userAndHost(uri: Uri): {user: string | undefined; host: string} {
  if (uri.host !== undefined) return {user: uri.user, host: uri.host};
  const [, number] = /^tel:([^;]{1,64})/i.exec(uri.text) ?? [];
  return {user: number?.replace(/[-.()]/g, ''), host: ''};
}

function addressText(uri: Uri): string {
  if (uri.host === undefined) return formatUri(uri);
  return formatUri({...uri, password: undefined, parameters: new Parameters(), headers: ''});
}
