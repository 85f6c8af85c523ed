/** One event of a device of /dev/input: the kernel's struct input_event on systems of 64 bits. */
export interface InputEvent {
  readonly type: number;
  readonly code: number;
  readonly value: number;
  /** Time of the kernel's clock that was chosen, here the monotonic one; ms. */
  readonly at: number;
}

/** Bytes of one event. */
export const INPUT_EVENT_SIZE = 24;

export const EV_SYN = 0;
/** In place of events that came faster than they were read. */
export const SYN_DROPPED = 3;
export const EV_KEY = 1;
/** The value of a key that goes down; 0 is up, 2 a repetition while it is down. */
export const KEY_PRESSED = 1;

/** The events in what was read from a device. The kernel gives whole ones only. */
export function parseInputEvents(bytes: Buffer): InputEvent[] {
  const count = Math.floor(bytes.length / INPUT_EVENT_SIZE);
  return Array.from({length: count}, (_, index) => {
    const start = index * INPUT_EVENT_SIZE;
    const seconds = Number(bytes.readBigInt64LE(start));
    const microseconds = Number(bytes.readBigInt64LE(start + 8));
    return {
      type: bytes.readUInt16LE(start + 16),
      code: bytes.readUInt16LE(start + 18),
      value: bytes.readInt32LE(start + 20),
      at: seconds * 1000 + microseconds / 1000,
    };
  });
}
