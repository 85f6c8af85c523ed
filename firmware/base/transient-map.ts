/** What a map holds for a key, until it is taken away. */
interface Box<Value> {
  value: Value | undefined;
}

/**
 * A map of what comes and goes by the thousand. V8 makes a new table for a `Map` from which much was taken away, and the old
 * table, with all that it held, points to the new one: once the first has grown old, everything that was ever in one
 * of its successors outlives its time until a full garbage collection, copied meanwhile with all that hangs on it. Here the tables
 * hold boxes, which are emptied when their value is taken away.
 */
export class TransientMap<Value extends object> {
  readonly #boxes = new Map<string, Box<Value>>();

  get size(): number {
    return this.#boxes.size;
  }

  get(key: string): Value | undefined {
    return this.#boxes.get(key)?.value;
  }

  /** Puts `value` in place of what was there for `key`. */
  set(key: string, value: Value): void {
    const box = this.#boxes.get(key);
    if (box) box.value = value;
    else this.#boxes.set(key, {value});
  }

  delete(key: string): void {
    const box = this.#boxes.get(key);
    if (!box) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }

  /** All values, in the order in which their keys came. */
  values(): Value[] {
    return [...this.#boxes.values()].flatMap(({value}) => value ?? []);
  }
}
