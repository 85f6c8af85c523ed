import koffi from 'koffi';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
/** Asks for the time at which the kernel received the datagram that was read last, as a timespec. */
const SIOCGSTAMPNS = 0x8907;
/** Bytes of an RTP packet with 20 ms of G.711; anything shorter is of no interest. */
const shortest = 172;

const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, const void *, unsigned int)');
const getsockname = libc.func('int getsockname(int, _Out_ uint8_t *, _Inout_ unsigned int *)');
const setsockopt = libc.func('int setsockopt(int, int, int, const int *, unsigned int)');
const recv = libc.func('long recv(int, _Out_ uint8_t *, unsigned long, int)');
const ioctl = libc.func('int ioctl(int, unsigned long, _Out_ int64_t *)');
const close = libc.func('int close(int)');

/**
 * A UDP port on 127.0.0.1 that notes when packets of sound came. The kernel takes the times, on loopback at the very
 * moment of sending, so that it does not matter how late anybody here looks at them.
 */
export class PacketTimes {
  readonly port: number;
  readonly #socket: number;
  readonly #bytes = new Uint8Array(2048);
  readonly #timespec = new BigInt64Array(2);

  constructor() {
    this.#socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const address = new Uint8Array(16);
    address.set([AF_INET, 0, 0, 0, 127, 0, 0, 1]);
    if (bind(this.#socket, address, address.length) !== 0) throw new Error('no UDP port on 127.0.0.1');
    setsockopt(this.#socket, SOL_SOCKET, SO_RCVBUF, [4 * 1024 * 1024], 4);
    getsockname(this.#socket, address, [address.length]);
    this.port = (address[2]! << 8) | address[3]!;
    // The first question turns the taking of times on.
    ioctl(this.#socket, SIOCGSTAMPNS, this.#timespec);
  }

  /** Times of the packets that came since the last call, in ms. */
  take(): number[] {
    const times: number[] = [];
    for (;;) {
      const length = recv(this.#socket, this.#bytes, this.#bytes.length, 0);
      if (length < 0) return times;
      if (length < shortest || ioctl(this.#socket, SIOCGSTAMPNS, this.#timespec) !== 0) continue;
      times.push(Number(this.#timespec[0]! % 1_000_000n) * 1000 + Number(this.#timespec[1]!) / 1e6);
    }
  }

  close(): void {
    close(this.#socket);
  }
}

/** How far intervals are from 20 ms, in ms: the 99th percentile. */
export function intervalError(times: readonly number[]): number {
  const errors = times.slice(1).map((time, index) => Math.abs(time - times[index]! - 20));
  return errors.sort((one, other) => one - other)[Math.floor(errors.length * 0.99)]!;
}
