import {getSystemErrorName} from 'node:util';
import koffi from 'koffi';

/** The functions of the C library that sockets need here, under their own names; they return -1 where they fail. */
interface SocketFunctions {
  socket(domain: number, type: number, protocol: number): number;
  bind(socket: number, address: Uint8Array, length: number): number;
  setsockopt(socket: number, level: number, option: number, value: Int32Array, length: number): number;
  fcntl(file: number, command: number, kind: 'int', value: number): number;
  send(socket: number, bytes: Uint8Array, length: number, flags: number): number;
  sendto(
    socket: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  recv(socket: number, bytes: Uint8Array, length: number, flags: number): number;
  close(file: number): number;
  inet_pton(family: number, text: string, address: Uint8Array): number;
  if_nametoindex(name: string): number;
}

/** For every socket: closed where another program is started, and never waits. */
export const socketFlags = 0o2000000 | 0o4000;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;

let loaded: SocketFunctions | undefined;

/** The C library, loaded at the first call. */
export function libc(): SocketFunctions {
  loaded ??= load();
  return loaded;
}

/** What went wrong in the last call that returned -1, as Node.js tells such things; `call` is the function's name. */
export function systemError(call: string): NodeJS.ErrnoException {
  const errno = -koffi.errno();
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${call} ${code}`), {errno, code, syscall: call});
}

/** Sets one number as a socket's option. @throws Error as `systemError` makes it. */
export function setOption(socket: number, level: number, option: number, value: number): void {
  const bytes = Int32Array.of(value);
  if (libc().setsockopt(socket, level, option, bytes, bytes.byteLength) < 0) throw systemError('setsockopt');
}

function load(): SocketFunctions {
  const c = koffi.load(null);
  return {
    socket: c.func('int socket(int domain, int type, int protocol)'),
    bind: c.func('int bind(int socket, const void *address, uint32_t length)'),
    setsockopt: c.func(
      'int setsockopt(int socket, int level, int option, const void *value, uint32_t length)',
    ),
    fcntl: c.func('int fcntl(int file, int command, ...)'),
    send: c.func('long send(int socket, const void *bytes, size_t length, int flags)'),
    sendto: c.func(
      'long sendto(int socket, const void *bytes, size_t length, int flags, const void *address, uint32_t addressLength)',
    ),
    recv: c.func('long recv(int socket, void *bytes, size_t length, int flags)'),
    close: c.func('int close(int file)'),
    inet_pton: c.func('int inet_pton(int family, const char *text, void *address)'),
    if_nametoindex: c.func('unsigned int if_nametoindex(const char *name)'),
  };
}
