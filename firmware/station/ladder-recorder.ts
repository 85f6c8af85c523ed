import type {SocketAddress} from '../rtp/audio-stream.ts';
import {messageText} from '../sip/agent/message-text.ts';
import type {TracedMessage} from '../sip/agent/trace.ts';
import type {LadderMessage} from './call-record.ts';

/** Messages that one call keeps; later ones are not kept, for the beginning tells most. */
const MESSAGES = 500;
/** Bytes that one message keeps: more is no UDP datagram. */
const MESSAGE_BYTES = 65_536;
/** Bytes that one call keeps. */
const CALL_BYTES = 1_048_576;
/** Call-IDs that belong to no call of the log (yet). */
const UNKNOWN_DIALOGS = 32;
/** Bytes that one of these keeps. */
const UNKNOWN_BYTES = 32_768;

interface Ladder {
  messages: LadderMessage[];
  bytes: number;
}

/**
 * Keeps the SIP messages of calls while they go on, without their secrets. The first messages of an incoming
 * call come before anybody knows that it is one: so those of a few unknown Call-IDs are kept until `attach`
 * says which call they belong to, or newer ones push them out. A call that has several targets has several
 * Call-IDs in one ladder.
 */
export class LadderRecorder {
  readonly #unknown = new Map<string, Ladder>();
  readonly #calls = new Map<number, Ladder>();
  readonly #callOf = new Map<string, number>();

  /** Takes a message; returns the call whose ladder has grown. */
  record(message: TracedMessage): number | undefined {
    const entry: LadderMessage = {
      at: new Date(message.at).toISOString(),
      direction: message.direction,
      from: formatAddress(message.from),
      to: formatAddress(message.to),
      message: messageText(message.bytes.subarray(0, MESSAGE_BYTES)),
    };
    const call = this.#callOf.get(message.callId);
    const ladder = call === undefined ? undefined : this.#calls.get(call);
    if (ladder) return add(ladder, entry, CALL_BYTES) ? call : undefined;
    add(this.#unknownLadder(message.callId), entry, UNKNOWN_BYTES);
    return undefined;
  }

  /** From now on the messages with this Call-ID, and those that came before, belong to `call`. */
  attach(call: number, callId: string): void {
    let ladder = this.#calls.get(call);
    if (!ladder) {
      ladder = {messages: [], bytes: 0};
      this.#calls.set(call, ladder);
    }
    this.#callOf.set(callId, call);
    for (const entry of this.#unknown.get(callId)?.messages ?? []) add(ladder, entry, CALL_BYTES);
    this.#unknown.delete(callId);
    ladder.messages.sort((one, other) => one.at.localeCompare(other.at));
  }

  /** The messages of a call that is still recorded. */
  messages(call: number): LadderMessage[] | undefined {
    return this.#calls.get(call)?.messages.slice();
  }

  /** Stops recording a call and returns its messages. */
  finish(call: number): LadderMessage[] {
    const messages = this.#calls.get(call)?.messages ?? [];
    this.#calls.delete(call);
    for (const [callId, owner] of this.#callOf) if (owner === call) this.#callOf.delete(callId);
    return messages;
  }

  #unknownLadder(callId: string): Ladder {
    const ladder = this.#unknown.get(callId) ?? {messages: [], bytes: 0};
    // Put at the end again: the first of the map is the one that has been silent longest.
    this.#unknown.delete(callId);
    this.#unknown.set(callId, ladder);
    if (this.#unknown.size > UNKNOWN_DIALOGS) {
      const [oldest] = this.#unknown.keys();
      this.#unknown.delete(oldest!);
    }
    return ladder;
  }
}

function add(ladder: Ladder, entry: LadderMessage, limit: number): boolean {
  if (ladder.messages.length >= MESSAGES || ladder.bytes + entry.message.length > limit) return false;
  ladder.messages.push(entry);
  ladder.bytes += entry.message.length;
  return true;
}

function formatAddress({address, port}: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
