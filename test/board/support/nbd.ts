import type {Socket} from 'node:net';

/** A disk that a machine uses over NBD; offsets and lengths are whole sectors. */
export interface Disk {
  read(offset: number, length: number): Buffer;
  write(offset: number, bytes: Buffer): void;
  flush(): void;
}

const OPTION_MAGIC = Buffer.from('IHAVEOPT');
const OPTION_REPLY = 0x3e889045565a9n;
const REQUEST = 0x25609513;
const REPLY = 0x67446698;
const GO = 7;
const [ACKNOWLEDGED, INFORMATION, UNSUPPORTED] = [1, 3, 0x80000001];
const [READ, WRITE, DISCONNECT, FLUSH] = [0, 1, 2, 3];
/** Flags: there are flags; it knows FLUSH. */
const ABILITIES = 1 | 4;

/** The server's side of the NBD protocol (github.com/NetworkBlockDevice/nbd, doc/proto.md), as far as QEMU uses it. */
export class NbdConnection {
  readonly #peer: Socket;
  readonly #size: number;
  readonly #disk: Disk;
  #received: Buffer[] = [];
  #length = 0;
  #wanted = 4;
  #next: (bytes: Buffer) => void = () => this.#expect(16, (header) => this.#option(header));

  constructor(peer: Socket, size: number, disk: Disk) {
    this.#peer = peer;
    this.#size = size;
    this.#disk = disk;
    // Fixed newstyle, without zeros behind the answer.
    peer.write(Buffer.concat([Buffer.from('NBDMAGIC'), OPTION_MAGIC, Buffer.from([0, 3])]));
    peer.on('data', (bytes) => this.#take(bytes));
    peer.on('error', () => {}); // the machine was switched off
  }

  /** Nothing that comes from now on is heard. */
  close(): void {
    this.#peer.removeAllListeners('data').destroy();
  }

  #take(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#length += bytes.length;
    while (this.#length >= this.#wanted && !this.#peer.destroyed) {
      const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
      const [part, rest] = [all.subarray(0, this.#wanted), all.subarray(this.#wanted)];
      this.#received = [rest];
      this.#length = rest.length;
      this.#next(part);
    }
  }

  #expect(length: number, next: (bytes: Buffer) => void): void {
    this.#wanted = length;
    this.#next = next;
  }

  #option(header: Buffer): void {
    const option = header.readUInt32BE(8);
    this.#expect(header.readUInt32BE(12), () => {
      if (option !== GO) {
        this.#answerOption(option, UNSUPPORTED);
        this.#expect(16, (next) => this.#option(next));
        return;
      }
      const information = Buffer.alloc(12);
      information.writeBigUInt64BE(BigInt(this.#size), 2);
      information.writeUInt16BE(ABILITIES, 10);
      this.#answerOption(option, INFORMATION, information);
      this.#answerOption(option, ACKNOWLEDGED);
      this.#awaitRequest();
    });
  }

  #answerOption(option: number, kind: number, content = Buffer.alloc(0)): void {
    const header = Buffer.alloc(20);
    header.writeBigUInt64BE(OPTION_REPLY);
    header.writeUInt32BE(option, 8);
    header.writeUInt32BE(kind, 12);
    header.writeUInt32BE(content.length, 16);
    this.#peer.write(Buffer.concat([header, content]));
  }

  #awaitRequest(): void {
    this.#expect(28, (request) => {
      if (request.readUInt32BE(0) !== REQUEST) throw new Error('This is no request of NBD');
      const [type, length] = [request.readUInt16BE(6), request.readUInt32BE(24)];
      const handle = Buffer.from(request.subarray(8, 16));
      const offset = Number(request.readBigUInt64BE(16));
      if (type === DISCONNECT) return this.close();
      if (type === WRITE) {
        this.#expect(length, (bytes) => {
          this.#disk.write(offset, Buffer.from(bytes));
          this.#answer(handle);
        });
        return;
      }
      if (type === FLUSH) this.#disk.flush();
      this.#answer(handle, type === READ ? this.#disk.read(offset, length) : undefined);
    });
  }

  #answer(handle: Buffer, content: Buffer = Buffer.alloc(0)): void {
    const header = Buffer.alloc(16);
    header.writeUInt32BE(REPLY);
    handle.copy(header, 8);
    this.#peer.write(Buffer.concat([header, content]));
    this.#awaitRequest();
  }
}
