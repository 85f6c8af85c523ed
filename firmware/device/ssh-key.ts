const TYPES: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]);

/**
 * Whether a text is one public key as `ssh-keygen` writes it, TYPE BASE64 COMMENT, and no more: options, which could name a
 * command, are not taken. The key itself begins with the name of its type (RFC 4253 section 6.6).
 */
export function isSshPublicKey(text: string): boolean {
  const match =
    /^([a-z0-9@.-]{1,64}) ([A-Za-z0-9+/]{40,3000}={0,2})(?: [^\u0000-\u001f\u007f]{0,200})?$/.exec(text);
  if (!match || !TYPES.has(match[1]!)) return false;
  const blob = Buffer.from(match[2]!, 'base64');
  const length = blob.readUInt32BE(0);
  return length <= 64 && blob.toString('latin1', 4, 4 + length) === match[1] && blob.length > 4 + length + 4;
}
