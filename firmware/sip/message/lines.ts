import {CR, LF, SPACE, TAB} from './characters.ts';

/** Past CRLF, or a bare LF as RFC 2543 allowed; -1 where no line ends. A bare CR ends none. */
export function lineBreak(bytes: Uint8Array, start: number): number {
  const code = bytes[start];
  if (code === CR) return bytes[start + 1] === LF ? start + 2 : -1;
  return code === LF ? start + 1 : -1;
}

/** Where the text goes on after a line break that is followed by white space; -1 where the line ends here. */
export function foldEnd(bytes: Uint8Array, start: number): number {
  const next = lineBreak(bytes, start);
  if (next < 0) return -1;
  const code = bytes[next];
  return code === SPACE || code === TAB ? next + 1 : -1;
}
