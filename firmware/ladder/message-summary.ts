/** What a ladder shows of a SIP message. */
export interface MessageSummary {
  /** `INVITE with SDP`, `200 OK to INVITE`; for what is no SIP message its first words. */
  readonly label: string;
  /** Undefined for a request. */
  readonly status: number | undefined;
}

/** So much of a message is looked at: its start line and headers are in there. */
const LOOKED_AT = 16_384;

/**
 * Reads the label of a message from its text: leniently, since a ladder must also show what no parser would
 * accept, and since what is secret in it may have been replaced. What could disturb a terminal is replaced.
 */
export function summarize(message: string): MessageSummary {
  const text = message.slice(0, LOOKED_AT).trimStart();
  const startLine = printable(text.slice(0, 256).split(/\r?\n/, 1)[0] ?? '');
  const body = hasSdp(text) ? ' with SDP' : '';
  const response = /^SIP\/2\.0 (\d{3})(?: (.*))?$/i.exec(startLine);
  if (response !== null) {
    const [, status, reason] = response;
    const method = /^CSeq[ \t]*:[ \t]*\d+[ \t]+([A-Za-z]+)/im.exec(text)?.[1];
    const label = [status, reason, method === undefined ? undefined : `to ${method}`]
      .filter(Boolean)
      .join(' ');
    return {label: label + body, status: Number(status)};
  }
  const method = /^([A-Z]{1,32}) \S+ SIP\/2\.0$/i.exec(startLine)?.[1];
  return {label: method === undefined ? startLine : method + body, status: undefined};
}

function hasSdp(text: string): boolean {
  return /^(?:Content-Type|c)[ \t]*:[ \t]*application\/sdp\b/im.test(text);
}

/** Control and direction characters could rewrite what a terminal shows. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
