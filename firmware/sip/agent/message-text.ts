const HIDDEN = '(hidden)';

/** A credentials header with its continuation lines (RFC 3261 section 7.3.1). */
const CREDENTIALS = /^(?:Proxy-)?Authorization[ \t]*:.*(?:\r?\n[ \t].*)*/gim;
/**
 * Parameters from which a password could be guessed: the digest and the client's nonce (RFC 7616 section
 * 3.4).
 */
const DIGEST = /\b(response|cnonce)([ \t]*=[ \t]*)(?:"[^"]*"|[^\s,"]+)/gi;
/**
 * A password in a SIP URI (RFC 3261 section 19.1.1). The bounds keep hostile text from costing quadratic
 * time.
 */
const URI_PASSWORD = /(\bsips?:[^\s@:<>"]{1,128}):[^\s@<>"]{1,128}@/gi;
/** Keys in SDP: of a=crypto wherever they stand in it (RFC 4568 section 9.1), of MIKEY (RFC 4567), of k= lines. */
const SDP_KEY = /(\binline:[ \t]*|^a=key-mgmt:[^\s]*[ \t]+|^k=[^\s:]*:)[^\s|;]+/gim;

/**
 * A SIP message as people may read it in a log or ladder: UTF-8, without what is secret. Hidden are digests,
 * passwords in URIs, SRTP keys, and the digits of an INFO, which may be the code of a door. Works on any
 * bytes; what is no SIP message is shown as it is.
 */
export function messageText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const shown = text
    .replace(CREDENTIALS, hideCredentials)
    .replace(URI_PASSWORD, `$1:${HIDDEN}@`)
    .replace(SDP_KEY, `$1${HIDDEN}`);
  return /^INFO[ \t]/i.test(shown.trimStart()) ? hideDigits(shown) : shown;
}

/** Basic and other schemes carry the password itself: nothing of them is shown. */
function hideCredentials(header: string): string {
  const digest = /^[^:]*:[ \t\r\n]*Digest\b/i.test(header);
  return digest ? header.replace(DIGEST, `$1$2"${HIDDEN}"`) : header.replace(/:[\s\S]*/, `: ${HIDDEN}`);
}

/**
 * application/dtmf-relay says "Signal=7", application/dtmf just "7": in an INFO of any other type nothing
 * looks like it.
 */
function hideDigits(text: string): string {
  const [, head, gap, body] = /^([\s\S]*?)(\r?\n\r?\n)([\s\S]*)$/.exec(text) ?? [];
  if (head === undefined || gap === undefined || body === undefined) return text;
  const hidden = /^\s*[0-9*#a-d]{1,16}\s*$/i.test(body)
    ? HIDDEN
    : body.replace(/^([ \t]*Signal[ \t]*[=:][ \t]*).*$/gim, `$1${HIDDEN}`);
  return head + gap + hidden;
}
