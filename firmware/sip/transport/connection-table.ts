import type {Socket} from 'node:net';
import type {Connection} from './connection.ts';
import type {Destination} from './transport.ts';

/** Connections that others may open to us: in all, and from one address. */
const incomingLimit = 64;
const incomingLimitOfSource = 16;
/** Connections that we open: more only where all of them are held. */
const outgoingLimit = 64;
/** Of those, how many may be there for a connection more that a stranger's closed one makes us open. */
const outgoingLimitForResponses = 16;

interface Entry {
  readonly socket: Socket;
  readonly outgoing: boolean;
  /** Clock time in ms. */
  readonly since: number;
  /** Undefined while an incoming connection is not yet fit for messages. */
  connection: Connection | undefined;
}

/** Whether a connection leads to where a message is to go. */
export function goesTo({address, port}: Destination, {remote}: Connection): boolean {
  return remote.address === address && remote.port === port;
}

/** The connections of one transport, bounded in number: where there is no room, the longest unused one is closed. */
export class ConnectionTable {
  #entries = new Set<Entry>();
  #now: () => number;
  #isHeld: (connection: Connection) => boolean;

  /** A connection for which `isHeld` says so is never closed to make room. */
  constructor(now: () => number, isHeld: (connection: Connection) => boolean) {
    this.#now = now;
    this.#isHeld = isHeld;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes in a connection that somebody has opened, before anything is known of it; false where there is no room. */
  admit(socket: Socket): boolean {
    const incoming = this.#where(false);
    const {remoteAddress} = socket;
    const ofSource = incoming.filter(({socket: other}) => other.remoteAddress === remoteAddress).length;
    if (ofSource >= incomingLimitOfSource) return false;
    if (incoming.length >= incomingLimit && !this.#makeRoom(incoming)) return false;
    const entry: Entry = {socket, outgoing: false, since: this.#now(), connection: undefined};
    this.#entries.add(entry);
    socket.once('close', () => {
      entry.connection?.close('the other side closed the connection');
      this.#entries.delete(entry);
    });
    return true;
  }

  /** Whether a connection more may be opened; `forResponse` where only a response needs it. Makes room if it must. */
  mayDial(forResponse: boolean): boolean {
    const outgoing = this.#where(true);
    if (forResponse) return outgoing.length < outgoingLimitForResponses;
    if (outgoing.length >= outgoingLimit) this.#makeRoom(outgoing);
    return true;
  }

  /** Takes in a connection that is fit for messages, or that we have begun to open. */
  add(connection: Connection, socket: Socket): void {
    const admitted = [...this.#entries].find(
      ({socket: other, outgoing}) =>
        !outgoing && other.remoteAddress === socket.remoteAddress && other.remotePort === socket.remotePort,
    );
    if (admitted && !connection.outgoing) admitted.connection = connection;
    else this.#entries.add({socket, outgoing: connection.outgoing, since: this.#now(), connection});
  }

  remove(connection: Connection): void {
    for (const entry of this.#entries) if (entry.connection === connection) this.#entries.delete(entry);
  }

  /** A connection to there whose other end `fits`. */
  find(
    destination: Destination,
    fits: (connection: Connection, socket: Socket) => boolean,
  ): Connection | undefined {
    for (const {connection, socket} of this.#entries) {
      if (!connection || connection.state === 'closed' || !goesTo(destination, connection)) continue;
      if (fits(connection, socket)) return connection;
    }
    return undefined;
  }

  /** Closes the open connections whose end here `isLost` says is gone. */
  closeLost(isLost: (near: string) => boolean): void {
    for (const {connection} of [...this.#entries]) {
      if (connection?.state !== 'open' || !isLost(connection.local.address)) continue;
      connection.close(`${connection.local.address} is not an address of this machine any more`);
    }
  }

  closeAll(): void {
    for (const {connection, socket} of [...this.#entries]) {
      connection?.close('the station is stopping');
      socket.destroy();
    }
    this.#entries.clear();
  }

  #where(outgoing: boolean): Entry[] {
    return [...this.#entries].filter((entry) => entry.outgoing === outgoing);
  }

  #makeRoom(entries: readonly Entry[]): boolean {
    let longest: Entry | undefined;
    const used = ({connection, since}: Entry) => connection?.lastUsed ?? since;
    for (const entry of entries) {
      if (entry.connection && this.#isHeld(entry.connection)) continue;
      if (!longest || used(entry) < used(longest)) longest = entry;
    }
    longest?.connection?.close('others needed the room');
    longest?.socket.destroy();
    if (longest) this.#entries.delete(longest);
    return longest !== undefined;
  }
}
