import {watchUrgent} from '../linux/readable.ts';

type Listener = (error: Error | null, descriptor: number, events: number) => void;

/**
 * What onoff uses of the package epoll, whose place this one takes (its range of versions decides the number of ours): a
 * listener that is called when a file of sysfs has something new to read.
 */
export class Epoll {
  static readonly EPOLLPRI = 2;
  readonly #listener: Listener;
  readonly #watched = new Map<number, () => void>();

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** `events` is EPOLLPRI; nothing else is watched for. */
  add(descriptor: number, events: number): this {
    const unwatch = watchUrgent(descriptor, () => this.#listener(null, descriptor, events));
    this.#watched.set(descriptor, unwatch);
    return this;
  }

  /** To be called before the descriptor is closed. */
  remove(descriptor: number): this {
    this.#watched.get(descriptor)?.();
    this.#watched.delete(descriptor);
    return this;
  }
}
