import type {LadderMessage} from '../../station/call-record.ts';
import {type ReadMessage, readMessage} from './message-reader.ts';

/** A vertical line of the ladder: one party. */
export interface Lifeline {
  /** "address:port"; empty for the station itself. */
  readonly address: string;
  readonly title: string;
  /** The address to show under the title. */
  readonly subtitle: string;
}

/** An arrow from one lifeline to another, by their positions from the left. */
export interface Arrow {
  readonly what: 'message';
  readonly from: number;
  readonly to: number;
  /** Time since the first message, in s. */
  readonly seconds: number;
  readonly at: string;
  readonly message: ReadMessage;
  /** The very same message was sent before: its answer was late or lost. */
  readonly repeated: boolean;
  /** Length of the message in bytes. */
  readonly size: number;
}

/** From here on sound flows between two lifelines, past all others. */
export interface SoundBand {
  readonly what: 'sound';
  readonly from: number;
  readonly to: number;
  /** The codec by its name in SDP; empty where none is named. */
  readonly codec: string;
}

/** A whole ladder, ready to be drawn. */
export interface LadderLayout {
  readonly lifelines: readonly Lifeline[];
  readonly rows: readonly (Arrow | SoundBand)[];
}

/** Lays out the messages of one call. All addresses of the station itself share one lifeline, titled `own`. */
export function layOut(messages: readonly LadderMessage[], own: string): LadderLayout {
  const lifelines: Lifeline[] = [];
  const rows: (Arrow | SoundBand)[] = [];
  const seen = new Set<string>();
  const flowing = new Set<string>();
  const codecOf = new Map<string, string>();
  const start = Date.parse(messages[0]?.at ?? '');

  const place = (address: string, isOwn: boolean, title: string): number => {
    const key = isOwn ? '' : address;
    const at = lifelines.findIndex((line) => line.address === key);
    if (at >= 0) return at;
    lifelines.push({address: key, title: isOwn ? own : title, subtitle: address});
    return lifelines.length - 1;
  };

  for (const {at, direction, from, to, message: text} of messages) {
    const message = readMessage(text);
    const title = nameOfFarEnd(message, direction);
    const fromLine = place(from, direction === 'out', title);
    const toLine = place(to, direction === 'in', title);
    const key = `${direction} ${from} ${to} ${text}`;
    rows.push({
      what: 'message',
      from: fromLine,
      to: toLine,
      seconds: (Date.parse(at) - start) / 1000,
      at,
      message,
      repeated: seen.has(key),
      size: new TextEncoder().encode(text).length,
    });
    seen.add(key);
    if (message.method === 'INVITE' && message.kind === 'success') {
      codecOf.set(message.callId, firstCodec(message));
    }
    if (message.label === 'ACK' && codecOf.has(message.callId) && !flowing.has(message.callId)) {
      flowing.add(message.callId);
      rows.push({what: 'sound', from: fromLine, to: toLine, codec: codecOf.get(message.callId) ?? ''});
    }
  }
  return {lifelines, rows};
}

/** The user, or else the host, at the other end of this message, by its From or To. */
function nameOfFarEnd({headers, status}: ReadMessage, direction: 'in' | 'out'): string {
  const isTo = (direction === 'out') === (status === 0);
  const pattern = isTo ? /^(to|t)$/i : /^(from|f)$/i;
  const value = headers.find(({name}) => pattern.test(name))?.value ?? '';
  const display = /^"?([^"<]+?)"?\s*</.exec(value)?.[1];
  const uri = /sips?:([^>;?]+)/i.exec(value)?.[1] ?? '';
  return display ?? uri.split('@')[0] ?? '';
}

function firstCodec({body}: ReadMessage): string {
  const mapped = body.find(({name, value}) => name === 'a' && value.startsWith('rtpmap:'))?.value;
  return /^rtpmap:\d+ ([^/]+)/.exec(mapped ?? '')?.[1] ?? '';
}
