import type {SocketAddress} from '../rtp/audio-stream.ts';
import {messageText} from '../sip/agent/message-text.ts';
import {callIdOf} from '../sip/agent/trace.ts';
import type {Capture} from './capture.ts';
import {readDatagram} from './datagram.ts';
import type {LadderStep} from './ladder.ts';

/** The messages of one Call-ID that has an INVITE in it. */
export interface CapturedCall {
  readonly callId: string;
  /** The URIs of From and To, as they stand in the INVITE. */
  readonly from: string;
  readonly to: string;
  readonly steps: readonly LadderStep[];
}

export interface CapturedCalls {
  readonly calls: readonly CapturedCall[];
  /** What else was in the capture, and what could not be read, in words. */
  readonly notes: readonly string[];
}

const DIALOGS = 10_000;
const STEPS = 1000;

/** Finds the SIP calls over UDP in a capture, in the order in which they began. */
export function findCalls(capture: Capture): CapturedCalls {
  const dialogs = new Map<string, LadderStep[]>();
  const left = {tcp: 0, fragment: 0, 'cut-off': 0, 'unknown-link': 0, other: 0, tooMany: 0};
  for (const packet of capture.packets()) {
    const datagram = readDatagram(packet);
    if (datagram.kind !== 'udp') {
      left[datagram.kind] += 1;
      continue;
    }
    if (!looksLikeSip(datagram.payload)) continue;
    const callId = callIdOf(datagram.payload);
    const steps = dialogs.get(callId) ?? [];
    if (steps.length === STEPS || (steps.length === 0 && dialogs.size === DIALOGS)) {
      left.tooMany += 1;
      continue;
    }
    steps.push({
      at: packet.at,
      from: hostAndPort(datagram.from),
      to: hostAndPort(datagram.to),
      message: messageText(datagram.payload),
    });
    dialogs.set(callId, steps);
  }
  const calls = Array.from(dialogs, ([callId, steps]) => call(callId, steps)).filter(
    (one) => one !== undefined,
  );
  const notes = [
    count(dialogs.size - calls.length, 'other SIP exchange', 'such as registrations: not shown'),
    count(left.tcp, 'TCP packet', 'not read'),
    count(left.fragment, 'fragment', 'of large UDP datagrams: not put together'),
    count(left['cut-off'], 'packet', 'cut off by the capture: not read'),
    count(left['unknown-link'], 'packet', 'of an unknown kind of link: not read'),
    count(left.tooMany, 'SIP message', 'more than are kept: not shown'),
    capture.damage(),
  ];
  return {calls, notes: notes.filter((note) => note !== undefined)};
}

function call(callId: string, steps: readonly LadderStep[]): CapturedCall | undefined {
  const invite = steps.find(({message}) => /^INVITE /.test(message.trimStart()));
  if (invite === undefined) return undefined;
  return {callId, from: headerUri(invite.message, 'From|f'), to: headerUri(invite.message, 'To|t'), steps};
}

/** A request line or a status line at the beginning: RTP and all else is passed over. */
function looksLikeSip(payload: Uint8Array): boolean {
  const start = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, 512)).toString(
    'latin1',
  );
  return /^(?:\r\n)*(?:SIP\/2\.0 \d{3} |[A-Z]{1,32} [^\s]+ SIP\/2\.0\r?\n)/.test(start);
}

function headerUri(message: string, names: string): string {
  const value = new RegExp(`^(?:${names})[ \\t]*:[ \\t]*(.{1,512})`, 'im').exec(message)?.[1] ?? '';
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';', 1)[0]!.trim();
}

function hostAndPort({address, port}: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function count(number: number, what: string, why: string): string | undefined {
  return number === 0 ? undefined : `${number} ${what}${number === 1 ? '' : 's'} ${why}`;
}
