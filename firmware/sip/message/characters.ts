/**
 * The character classes of RFC 3261 section 25.1, as bits of one table with a row a byte.
 * Where deployed software departs from the grammar without harm the class is wider; the comment says where.
 */

/** token: method, header and parameter names. */
export const TOKEN = 1;
/** A parameter value that is not quoted: token, host, and what is seen in the wild (base64, bare IPv6). */
export const PARAMETER_VALUE = 2;
/** A host name or IPv4 address. `_` is no letter of host names, but container networks use it. */
export const HOST = 4;
/** The user of a sip URI, which a colon ends; `#` ought to be escaped, but dial codes such as `*21#` come bare. */
export const USER = 8;
/** USER without the three that end a URI outside angle brackets: comma, semicolon, question mark. */
export const USER_BARE = 16;
/** A name or value within URI parameters. */
export const URI_PARAMETER = 32;
/** The rest of a URI: its headers, or anything after a scheme that is not ours. */
export const URI_REST = 64;
/** A display name that is not quoted: tokens and, more liberal than the grammar, harmless punctuation. */
export const DISPLAY = 128;
/** Everything but white space and control characters. */
export const VISIBLE = 256;

/** The classes of every byte. */
export const CLASSES = new Uint16Array(256);

const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function give(bit: number, characters: string): void {
  for (let index = 0; index < characters.length; index++) {
    CLASSES[characters.charCodeAt(index)]! |= bit;
  }
}

function giveVisibleExcept(bit: number, excluded: string): void {
  for (let code = 0x21; code <= 0xff; code++) {
    if (code !== 0x7f && !excluded.includes(String.fromCharCode(code))) CLASSES[code]! |= bit;
  }
}

give(TOKEN, `${alphanumeric}-.!%*_+\`'~`);
give(HOST, `${alphanumeric}-._`);
give(USER, `${alphanumeric}-_.!~*'()%&=+$,;?/#`);
give(USER_BARE, `${alphanumeric}-_.!~*'()%&=+$/#`);
giveVisibleExcept(PARAMETER_VALUE, ';,"<>\\');
giveVisibleExcept(URI_PARAMETER, ';?=@,"<>');
giveVisibleExcept(URI_REST, '"<>');
giveVisibleExcept(DISPLAY, '"<>,;:@\\');
giveVisibleExcept(VISIBLE, '');
// UTF-8 in a user part ought to be escaped, too; it is kept as it came.
for (let code = 0x80; code <= 0xff; code++) CLASSES[code]! |= USER | USER_BARE;

/** Whether every character of `text` (as UTF-16 units, those above 255 never) has the class `bit`. */
export function consistsOf(text: string, bit: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 255 || (CLASSES[code]! & bit) === 0) return false;
  }
  return true;
}

/** Whether `code` (undefined: behind the end) has the class `bit`. */
export function isOf(code: number | undefined, bit: number): boolean {
  return code !== undefined && (CLASSES[code]! & bit) !== 0;
}

/** Whether this is white space within a header: LWS. */
export function isSpace(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const STAR = 0x2a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const AT = 0x40;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
