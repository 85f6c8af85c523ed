import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';

const address = '127.0.0.1';
/** Steps of the timestamp in a packet of PCMU of 20 ms. */
const packetSteps = 160;

/**
 * Stands between the two ends of a call on loopback and lets each packet of sound through when a trace says; the rest, such
 * as what sets up the encryption, at once. The header of RTP is in clear under SRTP, so packets can be told apart.
 */
export class Relay {
  readonly #caller: Socket;
  readonly #called: Socket;
  #callerPort = 0;
  #calledPort = 0;
  /** When each packet is to leave, in ms on the clock of `release`; undefined: it is lost. */
  #departures: readonly (number | undefined)[] = [];
  #firstTimestamp: number | undefined;
  #held: {readonly at: number; readonly bytes: Buffer}[] = [];

  private constructor(caller: Socket, called: Socket) {
    this.#caller = caller;
    this.#called = called;
    caller.on('message', (bytes, {port}) => {
      this.#callerPort = port;
      this.#take(bytes);
    });
    called.on('message', (bytes) => {
      if (this.#callerPort > 0) caller.send(bytes, this.#callerPort, address);
    });
  }

  static async open(): Promise<Relay> {
    return new Relay(await bound(), await bound());
  }

  /** The candidate (RFC 8839) that stands for the caller towards the called, and the other way round. */
  get candidates(): {readonly caller: string; readonly called: string} {
    return {caller: candidate(this.#called.address().port), called: candidate(this.#caller.address().port)};
  }

  /** The called end listens at this port. */
  connect(port: number): void {
    this.#calledPort = port;
  }

  /** From now on the caller's packets leave at these times. */
  begin(departures: readonly (number | undefined)[]): void {
    this.#departures = departures;
  }

  /** Sends what is to have left by `now` (ms). */
  release(now: number): void {
    const due = this.#held.filter(({at}) => at <= now);
    if (due.length === 0) return;
    this.#held = this.#held.filter(({at}) => at > now);
    due.sort((one, other) => one.at - other.at);
    for (const {bytes} of due) this.#send(bytes);
  }

  close(): void {
    this.#caller.close();
    this.#called.close();
  }

  #take(bytes: Buffer): void {
    if (!isSound(bytes)) {
      this.#send(bytes);
      return;
    }
    const timestamp = bytes.readUInt32BE(4);
    this.#firstTimestamp ??= timestamp;
    const at = this.#departures[((timestamp - this.#firstTimestamp) >>> 0) / packetSteps];
    if (at !== undefined) this.#held.push({at, bytes});
  }

  #send(bytes: Buffer): void {
    if (this.#calledPort > 0) this.#called.send(bytes, this.#calledPort, address);
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

function candidate(port: number): string {
  return `a=candidate:1 1 udp 2130706431 ${address} ${port} typ host`;
}

/** Whether a datagram is RTP (RFC 7983), no RTCP (RFC 5761 section 4), and no padding alone. */
function isSound(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes;
  return first >= 128 && first < 192 && (second < 192 || second > 223) && (first & 0x20) === 0;
}
