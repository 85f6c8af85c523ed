import type {Config} from '../config/schema.ts';

/**
 * Whether an account encrypts sound with keys that anybody on the way to its server can read: SDES sends them in SIP
 * messages (RFC 4568 section 8.3), and only TLS hides these.
 */
export function sendsKeysReadably({srtp, registrars}: Config['sip']['accounts'][number]): boolean {
  const overTls = registrars.every((uri) => /^sips:|;transport=tls\b/i.test(uri));
  return srtp !== 'off' && !overTls;
}
