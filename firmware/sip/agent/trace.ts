import type {TraceEntry} from '../transport/transport.ts';

/** A SIP message on the wire and the call that it belongs to. */
export interface TracedMessage extends TraceEntry {
  /** Empty where the message has none. */
  readonly callId: string;
}

/** The Call-ID of a message, whether or not the rest of it can be read. */
export function callIdOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 8192)).toString(
    'latin1',
  );
  return /^(?:call-id|i)[ \t]*:[ \t]*([^\s]{1,256})/im.exec(text)?.[1] ?? '';
}
