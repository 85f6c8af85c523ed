import type {Duplex} from 'node:stream';
import type {Clock, Timer} from '../../base/clock.ts';
import {Framing} from './framing.ts';
import {formatSocketAddress, type SocketAddress} from './transport.ts';

/** The times, in ms, and sizes that bound a connection. */
interface ConnectionLimits {
  /** To be connected and, where that is asked for, to know who is there. */
  readonly connect: number;
  /** For a message to be complete once it has begun, however busily its bytes trickle in. */
  readonly message: number;
  /** Without a message, until a connection that nobody holds is closed. */
  readonly idle: number;
  /** Between keep-alives on a connection that is held (RFC 5626 section 4.4.1: below 120 s). */
  readonly keepAlive: number;
  /** For the answer to a keep-alive, from a peer that has answered one before. */
  readonly pong: number;
  /** Bytes that wait for a peer that does not take them. */
  readonly queue: number;
}

const limits: ConnectionLimits = {
  connect: 5000,
  message: 10_000,
  idle: 120_000,
  keepAlive: 100_000,
  pong: 10_000,
  queue: 256 * 1024,
};
/** How long (ms) the sender of a request hears of the loss of the connection: timer B and F (RFC 3261 section 17). */
const watchLimit = 32_000;
/** How long (ms) a connection that we end may take to send what is left. */
const farewellLimit = 1000;
/** How long (ms) nothing more is read from whoever sends more than he may. */
const readingPause = 1000;
const hungUp = 'the other side closed the connection';
const ping = Buffer.from('\r\n\r\n');
const pong = Buffer.from('\r\n');

type ConnectionState = 'connecting' | 'open' | 'closed';

/** What a connection tells its owner. */
export interface ConnectionUser {
  onMessage(bytes: Uint8Array): void;
  onSent(bytes: Uint8Array): void;
  /** The connection has been lost or closed, whatever for; nothing comes after this. */
  onClosed(text: string): void;
  /** Whether the other end may send as much as it does; asked for each message. */
  admits(): boolean;
  /** Whether somebody needs the connection though nothing is sent. */
  isHeld(): boolean;
  /** The pause (ms) between keep-alives that the peer has promised to answer; undefined where it promised nothing. */
  keepAlive(): number | undefined;
  /** What is wrong, in plain words. */
  explain(error: NodeJS.ErrnoException): string;
}

/**
 * One TCP or TLS connection and its life.
 *
 *     connecting --open--> open --error, garbage, silence, close--> closed
 *
 * What is sent while connecting waits. Once closed it is never used again.
 */
export class Connection {
  readonly remote: SocketAddress;
  /** Whether we opened it, and to whom it was to lead, where a name was given. */
  readonly outgoing: boolean;
  readonly serverName: string | undefined;
  /** The near end; before the connection is open, address and port are not known. */
  local: SocketAddress;
  /** When a message was sent or received last, and when anything was received: clock time in ms. */
  lastUsed: number;
  lastReceived: number;
  #state: ConnectionState = 'connecting';
  #stream: Duplex;
  #clock: Clock;
  #user: ConnectionUser;
  #framing = new Framing();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #watchers: {readonly until: number; readonly onError: (text: string) => void}[] = [];
  #opened: (() => void)[] = [];
  #pinged = false;
  /** Whether the peer has answered a keep-alive, so that one without answer means that it is gone. */
  #answersPings = false;
  /** Ends connecting, or looks after keep-alives and idleness. */
  #timer: Timer;
  #messageTimer: Timer | undefined;
  #pongTimer: Timer | undefined;
  /** Ends a pause of reading. */
  #readingTimer: Timer | undefined;

  /** `stream` is connecting; `open` says when it may be used. */
  constructor(
    stream: Duplex,
    remote: SocketAddress,
    origin: {readonly outgoing: boolean; readonly serverName?: string | undefined},
    clock: Clock,
    user: ConnectionUser,
  ) {
    this.#stream = stream;
    this.remote = remote;
    this.outgoing = origin.outgoing;
    this.serverName = origin.serverName;
    this.local = {address: '', port: 0};
    this.#clock = clock;
    this.#user = user;
    this.lastUsed = clock.now();
    this.lastReceived = clock.now();
    this.#timer = clock.after(limits.connect, () => this.close('no connection within the time limit'));
    stream.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    stream.on('error', (error) => this.close(user.explain(error)));
    for (const event of ['end', 'close']) stream.on(event, () => this.close(hungUp));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** To be called once, when the stream is connected and the peer is known to be the right one. */
  open(local: SocketAddress): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.local = local;
    this.lastReceived = this.#clock.now();
    this.#rest();
    for (const bytes of this.#waiting.splice(0)) this.#write(bytes);
    for (const told of this.#opened.splice(0)) told();
  }

  /** To be called when the connection is held, or with another pause between keep-alives. */
  heldAnew(): void {
    if (this.#state === 'open') this.#rest();
  }

  /** Calls back when the connection is open, or has failed. */
  whenSettled(callback: () => void): void {
    if (this.#state === 'connecting') this.#opened.push(callback);
    else callback();
  }

  /**
   * Sends a message. `onError` is called, later, when it cannot be sent; and, where `answered` says that
   * there will be an answer, when the connection is lost before that may have come.
   */
  send(bytes: Uint8Array, answered: boolean, onError: ((text: string) => void) | undefined): void {
    const now = this.#clock.now();
    if (this.#state === 'closed') {
      const text = `cannot send to ${formatSocketAddress(this.remote)}: the connection is closed`;
      this.#clock.after(0, () => onError?.(text));
      return;
    }
    this.lastUsed = now;
    this.#watchers = this.#watchers.filter(({until}) => until > now);
    if (onError && (answered || this.#state === 'connecting')) {
      this.#watchers.push({until: now + watchLimit, onError});
    }
    if (this.#state === 'open') this.#write(bytes);
    else this.#wait(bytes);
  }

  /** Closes the connection and says why to whoever waits for something on it; does nothing the second time. */
  close(why: string): void {
    if (this.#state === 'closed') return;
    this.#end(why);
    this.#stream.destroy();
  }

  /** Lets go what is to be sent before the connection is closed. */
  #farewell(why: string): void {
    if (this.#state === 'closed') return;
    this.#end(why);
    const limit = this.#clock.after(farewellLimit, () => this.#stream.destroy());
    this.#stream.end(() => {
      limit.cancel();
      this.#stream.destroy();
    });
  }

  #end(why: string): void {
    this.#state = 'closed';
    this.#timer.cancel();
    this.#messageTimer?.cancel();
    this.#pongTimer?.cancel();
    this.#readingTimer?.cancel();
    this.#waiting = [];
    const text = `cannot send to ${formatSocketAddress(this.remote)}: ${why}`;
    const now = this.#clock.now();
    for (const {until, onError} of this.#watchers.splice(0)) {
      if (until > now) this.#clock.after(0, () => onError(text));
    }
    for (const told of this.#opened.splice(0)) told();
    this.#user.onClosed(why);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.lastReceived = this.#clock.now();
    this.#pongTimer?.cancel();
    this.#answersPings ||= this.#pinged && pong.equals(bytes);
    const before = this.#framing.partial;
    let messages = 0;
    let pinged = false;
    let admitted = true;
    const pushed = this.#framing.push(bytes, (frame) => {
      if (this.#state !== 'open') return;
      if (frame.kind === 'ping') pinged = true;
      else {
        messages++;
        this.lastUsed = this.#clock.now();
        admitted = this.#user.admits() && admitted;
        this.#user.onMessage(frame.bytes);
      }
    });
    // One answer for all of them: a few bytes more are a packet each, and somebody may send nothing else.
    if (pinged && this.#state === 'open') this.#writeQuietly(pong);
    if (!pushed.ok) this.#farewell(pushed.error);
    else this.#watchMessage(before && messages === 0);
    if (!admitted) this.#pauseReading();
  }

  /** Whoever sends too much has to wait, for the kernel takes only so much on our behalf; nothing is lost. */
  #pauseReading(): void {
    if (this.#state !== 'open') return;
    this.#stream.pause();
    this.#readingTimer?.cancel();
    this.#readingTimer = this.#clock.after(readingPause, () => this.#stream.resume());
  }

  /** Limits the time that the message under way may take; `same` where it was under way before. */
  #watchMessage(same: boolean): void {
    if (this.#state !== 'open' || (same && this.#framing.partial)) return;
    this.#messageTimer?.cancel();
    this.#messageTimer = this.#framing.partial
      ? this.#clock.after(limits.message, () => this.close('a message was not completed in time'))
      : undefined;
  }

  #wait(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > limits.queue) this.close('too much waits to be sent');
  }

  #write(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#user.onSent(bytes);
    this.#writeQuietly(bytes);
  }

  #writeQuietly(bytes: Uint8Array): void {
    if (this.#stream.writableLength + bytes.length > limits.queue) {
      this.close('it does not take what is sent to it');
    } else this.#stream.write(bytes);
  }

  /** Keeps the connection alive while it is held, else until it has been idle for long enough. */
  #rest(): void {
    this.#timer.cancel();
    const held = this.#user.isHeld();
    const idle = this.#clock.now() - this.lastUsed;
    const pause = held ? (this.#user.keepAlive() ?? limits.keepAlive) : Math.max(0, limits.idle - idle);
    if (pause === 0) {
      this.close('nothing was said for a while');
      return;
    }
    this.#timer = this.#clock.after(Math.min(pause, limits.keepAlive), () => {
      if (this.#user.isHeld()) this.#ping();
      this.#rest();
    });
  }

  /** Keeps the way open through whatever translates addresses, and finds out whether anybody is there. */
  #ping(): void {
    this.#pinged = true;
    this.#writeQuietly(ping);
    if (this.#answersPings || this.#user.keepAlive() !== undefined) {
      this.#pongTimer = this.#clock.after(limits.pong, () => this.close('the other side is silent'));
    }
  }
}
