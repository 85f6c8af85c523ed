/** More marks than this on one letter belong to no language; they would cover the lines above and below. */
const marksOnLetter = /(\p{M}{4})\p{M}+/gu;

/** Most addresses: nothing in them has to be looked into. */
const visibleAscii = /^[!-~]*$/;

/**
 * Text from outside as it may be shown to people: on one line, of `limit` characters at most, and without control
 * characters or invisible ones, among them those that turn the direction of writing (Unicode's Cf) and could make a name
 * look like another.
 */
export function shownText(text: string, limit: number): string {
  if (text.length <= limit && visibleAscii.test(text)) return text;
  // Cut before it is worked on, so that what is thrown away costs nothing.
  const clean = text
    .slice(0, 8 * limit)
    .replace(/[\s\p{Z}]+/gu, ' ')
    .replace(/\p{C}/gu, '')
    .replace(marksOnLetter, '$1')
    .trim();
  const characters = [...clean];
  return characters.length <= limit ? clean : `${characters.slice(0, limit - 1).join('')}…`;
}
