import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {threadId} from 'node:worker_threads';

// Below Linux's ephemeral range (32768 and up): no socket that lets the kernel choose gets in between.
const FIRST = 10_240;
const LAST = 32_700;

let next = FIRST + (((process.pid + threadId) * 256) % (LAST - FIRST - 512));

/**
 * A port of 127.0.0.1 on which neither UDP nor TCP listens. Each call gives another one; test
 * processes that run at the same time start at different places.
 */
export async function freePort(): Promise<number> {
  return (await freePorts(1)).first;
}

/** `count` free neighbouring ports, the first even as RTP wants it (RFC 3550 section 11). */
export async function freePorts(count: number): Promise<{first: number; last: number}> {
  for (let tries = 0; tries < LAST - FIRST; tries += 1) {
    if (next + count + 1 > LAST) next = FIRST;
    const first = count > 1 ? next + (next % 2) : next;
    const last = first + count - 1;
    const taken = await firstTaken(first, last);
    next = (taken ?? last) + 1;
    if (taken === undefined) return {first, last};
  }
  throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
}

async function firstTaken(first: number, last: number): Promise<number | undefined> {
  for (let port = first; port <= last; port += 1) {
    if (!((await udpFree(port)) && (await tcpFree(port)))) return port;
  }
  return undefined;
}

async function udpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind({port, address: '127.0.0.1', exclusive: true});
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}

async function tcpFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({port, host: '127.0.0.1', exclusive: true});
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
