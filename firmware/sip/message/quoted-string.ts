/** `text` as a quoted string; quotes, backslashes and control characters are escaped (RFC 3261 section 25.1). */
export function quote(text: string): string {
  let quoted = '"';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // A line break cannot be escaped; it would end the header.
    if (code === 0x0a || code === 0x0d) quoted += ' ';
    else if (code === 0x22 || code === 0x5c || code === 0x7f || (code < 0x20 && code !== 0x09)) {
      quoted += `\\${text[index]}`;
    } else quoted += text[index];
  }
  return `${quoted}"`;
}

/** What a quoted string says; text that is not quoted is given back as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let index = 0; index < inner.length; index++) {
    if (inner[index] === '\\' && index + 1 < inner.length) index++;
    plain += inner[index];
  }
  return plain;
}
