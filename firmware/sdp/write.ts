import {
  type Attribute,
  addressType,
  type Connection,
  type SessionDescription,
} from './session-description.ts';

function connectionLine({address}: Connection): string {
  return `c=IN ${addressType(address)} ${address}`;
}

function attributeLine({name, value}: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}

/** Writes a session description as bytes, lines in the order of RFC 8866 section 5. */
export function writeSessionDescription(description: SessionDescription): Uint8Array {
  const {origin} = description;
  const lines = [
    'v=0',
    `o=${origin.userName} ${origin.sessionId} ${origin.sessionVersion} IN ${addressType(origin.address)} ${origin.address}`,
    // An empty session name is written as a single hyphen (RFC 8866 section 5.3).
    `s=${description.sessionName || '-'}`,
  ];
  if (description.connection) lines.push(connectionLine(description.connection));
  lines.push('t=0 0', ...description.attributes.map(attributeLine));
  for (const media of description.media) {
    lines.push(`m=${media.type} ${media.port} ${media.protocol} ${media.formats.join(' ')}`);
    if (media.connection) lines.push(connectionLine(media.connection));
    lines.push(...media.attributes.map(attributeLine));
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8');
}
