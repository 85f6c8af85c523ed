import {useEffect, useState} from 'preact/hooks';

/** A value that others are told of when it changes. */
export class Topic<Value> {
  #value: Value;
  readonly #listeners = new Set<(value: Value) => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  /** Sets the value and tells everybody who listens. */
  set(value: Value): void {
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  /** Calls `listener` for each new value, until the returned function is called. */
  listen(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The value of a topic; the component is drawn again when it changes. */
export function useTopic<Value>(topic: Topic<Value>): Value {
  const [value, setValue] = useState(topic.value);
  useEffect(() => {
    setValue(topic.value);
    return topic.listen(setValue);
  }, [topic]);
  return value;
}
