/** A URL as the journal may show it: without user, password and query, which may be secrets. */
export function shownSource(url: string): string {
  const {origin, pathname} = new URL(url);
  return `${origin}${pathname}`;
}

/** A URL from which updates can be taken; undefined for anything else. */
export function updateUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}
