import {isMainThread} from 'node:worker_threads';
import {HardwareError, type Network} from '../hal.ts';
import {libc, SOCK_RAW, socketFlags, systemError} from './libc.ts';
import {parseNetlink, RTM_GETADDR, RTM_GETLINK, RTM_GETROUTE, writeQuestion} from './netlink-message.ts';
import {NetworkState} from './network-state.ts';

const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
/** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE. */
const groups = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
const F_SETFL = 4;
const F_SETOWN = 8;
const O_NONBLOCK = 0o4000;
const O_ASYNC = 0o20000;

/** The kernel makes no longer datagrams of this kind. */
const longestDatagram = 32 * 1024;
/** Datagrams read at a time: while others wait for their turn. */
const datagramsAtATime = 256;
/** How often all is asked anew where it changed while it was being told. */
const rounds = 3;

/**
 * Watches the networks of this machine through a netlink socket. Node.js cannot wait for one; so the kernel sends
 * a signal (SIGIO) for each message. Nothing runs and no thread waits in between, and the program may end at any time.
 * For the main thread: only there signals come in.
 * @throws HardwareError where the system does not let it.
 */
export function watchNetwork(): Network {
  if (!isMainThread) throw new HardwareError('networks are watched by the main thread only');
  try {
    return new NetlinkNetwork();
  } catch (error) {
    throw new HardwareError(`changes of the network cannot be seen: ${(error as Error).message}`);
  }
}

class NetlinkNetwork implements Network {
  onChange: (() => void) | undefined;
  readonly #socket: number;
  readonly #buffer = new Uint8Array(longestDatagram);
  readonly #onSignal = () => this.#readAll();
  #state = new NetworkState();
  #signature: string;
  #closed = false;

  constructor() {
    this.#socket = libc().socket(AF_NETLINK, SOCK_RAW | socketFlags, NETLINK_ROUTE);
    if (this.#socket < 0) throw systemError('socket');
    // Before there can be one: a signal that nobody takes would end the program.
    process.on('SIGIO', this.#onSignal);
    try {
      const address = new Uint8Array(12);
      new Uint16Array(address.buffer, 0, 1)[0] = AF_NETLINK;
      new Uint32Array(address.buffer, 8, 1)[0] = groups;
      if (libc().bind(this.#socket, address, address.length) < 0) throw systemError('bind');
      this.#control(F_SETOWN, process.pid);
      this.#control(F_SETFL, O_NONBLOCK | O_ASYNC);
      this.#askAll();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#signature = this.#state.signature;
  }

  get addresses(): readonly string[] {
    return this.#state.addresses;
  }

  has(address: string): boolean {
    return this.#state.has(address);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    libc().close(this.#socket);
    process.off('SIGIO', this.#onSignal);
  }

  #control(command: number, value: number): void {
    if (libc().fcntl(this.#socket, command, 'int', value) < 0) throw systemError('fcntl');
  }

  /** Learns the state from the beginning. The kernel answers within the calls. */
  #askAll(): void {
    for (let round = 0; round < rounds; round++) {
      this.#state = new NetworkState();
      const complete = [RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE].map((question) => this.#ask(question));
      if (complete.every(Boolean)) return;
    }
  }

  /** Whether the answer came and is complete. What happens meanwhile is told in between, and taken in as well. */
  #ask(type: number): boolean {
    const question = writeQuestion(type);
    if (libc().send(this.#socket, question, question.length, 0) < 0) throw systemError('send');
    for (;;) {
      const read = this.#read();
      if (read === 'nothing' || read === 'overrun') return false;
      if (read === 'end') return true;
    }
  }

  #readAll(): void {
    if (this.#closed) return;
    let overrun = false;
    for (let count = 0; count < datagramsAtATime; count++) {
      const read = this.#read();
      if (read === 'nothing') {
        this.#compare(overrun);
        return;
      }
      if (read === 'overrun') {
        overrun = true;
        this.#askAll();
      }
    }
    this.#compare(overrun);
    setImmediate(this.#onSignal);
  }

  /** Takes in one datagram. `end`: an answer is complete; `overrun`: something was lost, or changed while it was told. */
  #read(): 'something' | 'end' | 'nothing' | 'overrun' {
    const length = libc().recv(this.#socket, this.#buffer, this.#buffer.length, 0);
    if (length < 0) {
      const {code} = systemError('recv');
      if (code === 'EINTR') return 'something';
      // The kernel had no room for all that it had to tell.
      return code === 'ENOBUFS' ? 'overrun' : 'nothing';
    }
    let read: 'something' | 'end' | 'overrun' = 'something';
    for (const message of parseNetlink(this.#buffer.subarray(0, length))) {
      if (message.kind === 'end') read = message.failed ? 'overrun' : 'end';
      else this.#state.apply(message);
    }
    return read;
  }

  #compare(overrun: boolean): void {
    const {signature} = this.#state;
    if (!overrun && signature === this.#signature) return;
    this.#signature = signature;
    this.onChange?.();
  }
}
