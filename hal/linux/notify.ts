import type {ServiceManager, Watchdog} from '../hal.ts';
import {libc, SOCK_DGRAM, socketFlags, systemError} from './libc.ts';

const AF_UNIX = 1;
/** The kernel's structure for an address: the family in two bytes, then the path. */
const LONGEST_PATH = 107;
/** Whoever reads the datagrams may be gone: that is no reason to end. */
const MSG_NOSIGNAL = 0x4000;

/**
 * The service manager by sd_notify(3), told over the socket that the environment names (`NOTIFY_SOCKET`, in the file system
 * or, with `@`, abstract). Undefined where none has started this program. It is told on a best-effort basis: a message that
 * cannot be sent is lost.
 */
export function serviceManager(environment: NodeJS.ProcessEnv, pid: number): ServiceManager | undefined {
  const address = unixAddress(environment['NOTIFY_SOCKET'] ?? '');
  if (address === undefined) return undefined;
  const socket = libc().socket(AF_UNIX, SOCK_DGRAM | socketFlags, 0);
  if (socket < 0) throw systemError('socket');
  let open = true;
  const tell = (line: string) => {
    const bytes = Buffer.from(line);
    if (open) libc().sendto(socket, bytes, bytes.length, MSG_NOSIGNAL, address, address.length);
  };
  return {
    watchdog: watchdog(environment, pid, tell),
    status: (text) => tell(`STATUS=${text.replaceAll(/\s+/g, ' ')}`),
    ready: () => tell('READY=1'),
    stopping: () => tell('STOPPING=1'),
    close() {
      if (open) libc().close(socket);
      open = false;
    },
  };
}

/** Where `WATCHDOG_USEC` says so, and it is meant for this process. */
function watchdog(
  environment: NodeJS.ProcessEnv,
  pid: number,
  tell: (line: string) => void,
): Watchdog | undefined {
  const microseconds = Number(environment['WATCHDOG_USEC']);
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return undefined;
  const watched = environment['WATCHDOG_PID'];
  if (watched !== undefined && Number(watched) !== pid) return undefined;
  return {patience: microseconds / 1000, feed: () => tell('WATCHDOG=1'), close() {}};
}

/** The bytes of the address of a Unix socket; undefined where the name is none. */
function unixAddress(name: string): Uint8Array | undefined {
  if (!/^[/@]./.test(name)) return undefined;
  const path = Buffer.from(name);
  if (path.length > LONGEST_PATH) return undefined;
  const isAbstract = name.startsWith('@');
  if (isAbstract) path[0] = 0;
  const family = Buffer.from(Uint16Array.of(AF_UNIX).buffer);
  return Buffer.concat([family, path, Buffer.alloc(isAbstract ? 0 : 1)]);
}
