import {isMainThread} from 'node:worker_threads';
import koffi, {type TypeObject} from 'koffi';

const UV_POLL = 8;
const UV_READABLE = 1;
const UV_PRIORITIZED = 8;

interface Uv {
  readonly loop: bigint;
  readonly pollSize: number;
  /** Of a function that the loop calls. */
  readonly callback: TypeObject;
  init(loop: bigint, poll: bigint, descriptor: number): number;
  start(poll: bigint, events: number, callback: bigint): number;
  stop(poll: bigint): number;
  unref(poll: bigint): void;
}

let uv: Uv | undefined;

/**
 * Calls `onReadable` whenever a descriptor of a device has something to read, which the callee then has to read until there is
 * nothing more. It makes the descriptor non-blocking, and does not keep the process running. Node.js itself can watch only sockets,
 * pipes and terminals; this asks the event loop that it has inside, so nothing is polled and no thread waits. For the
 * main thread only.
 * @returns what ends it; to be called before the descriptor is closed.
 */
export function watchReadable(descriptor: number, onReadable: () => void): () => void {
  return watch(descriptor, UV_READABLE, onReadable);
}

/** The same for what the kernel calls urgent: a file of sysfs, such as the value of a GPIO line, has changed. */
export function watchUrgent(descriptor: number, onUrgent: () => void): () => void {
  return watch(descriptor, UV_PRIORITIZED, onUrgent);
}

function watch(descriptor: number, events: number, onEvent: () => void): () => void {
  if (!isMainThread) throw new Error('devices are watched by the main thread only');
  uv ??= loadUv();
  const {loop, pollSize, init, start, stop, unref, callback} = uv;
  // The loop may look at it until its next round, so it is never freed: some 200 bytes for each device that is opened.
  const poll: bigint = koffi.alloc('uint8_t', pollSize);
  let watching = true;
  const listener = koffi.register(() => {
    // The loop calls from outside of JavaScript: promises and errors need a call that Node.js makes.
    setImmediate(() => {
      if (watching) onEvent();
    });
  }, callback);
  const error = init(loop, poll, descriptor) || start(poll, events, listener);
  if (error !== 0) {
    koffi.unregister(listener);
    throw new Error(`the event loop cannot watch descriptor ${descriptor}: error ${error}`);
  }
  unref(poll);
  return () => {
    watching = false;
    stop(poll);
    koffi.unregister(listener);
  };
}

function loadUv(): Uv {
  const node = koffi.load(null);
  const callback = koffi.pointer(koffi.proto('void', ['void *', 'int', 'int']));
  return {
    loop: node.func('void *uv_default_loop()')(),
    pollSize: Number(node.func('size_t uv_handle_size(int type)')(UV_POLL)),
    callback,
    init: node.func('int uv_poll_init(void *loop, void *poll, int descriptor)'),
    start: node.func('uv_poll_start', 'int', ['void *', 'int', callback]),
    stop: node.func('int uv_poll_stop(void *poll)'),
    unref: node.func('void uv_unref(void *poll)'),
  };
}
