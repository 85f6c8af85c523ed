import type {Clock, Timer} from '../base/clock.ts';
import type {TracedMessage} from '../sip/agent/trace.ts';
import type {CallLog} from './call-log.ts';
import type {CallRecord, LadderMessage} from './call-record.ts';
import {LadderRecorder} from './ladder-recorder.ts';

/** How long after its end the last messages of a call may still come, answers to BYE and CANCEL; ms. */
const LADDER_LINGER = 5_000;

/** The call log with the ladders: of calls that go on, and of those that are over. */
export class CallBook {
  readonly #log: CallLog;
  readonly #clock: Clock;
  readonly #recorder = new LadderRecorder();
  readonly #lingering = new Map<number, Timer>();

  constructor(options: {callLog: CallLog; clock: Clock}) {
    this.#log = options.callLog;
    this.#clock = options.clock;
  }

  /** The number for a new call. */
  nextId(): number {
    return this.#log.nextId();
  }

  /** Takes a SIP message; returns the call whose ladder has grown. */
  trace(message: TracedMessage): number | undefined {
    return this.#recorder.record(message);
  }

  /** The messages with this Call-ID belong to `call`. */
  attach(call: number, callId: string): void {
    this.#recorder.attach(call, callId);
  }

  /**
   * Writes the record; one with a result is over, and its ladder is kept when the last messages have come.
   */
  save(record: CallRecord): void {
    this.#log.save(record);
    if (record.result === null) return;
    const timer = this.#clock.after(LADDER_LINGER, () => this.#keepLadder(record.id));
    this.#lingering.set(record.id, timer);
  }

  /** Writes a record that is over once more, with later figures. */
  amend(record: CallRecord): void {
    this.#log.save(record);
  }

  /** The messages of a call so far; undefined where it is not known. */
  ladder(call: number): LadderMessage[] | undefined {
    return this.#recorder.messages(call) ?? this.#log.ladder(call) ?? (this.#log.get(call) ? [] : undefined);
  }

  /** Keeps the ladders of all calls that are over now. */
  close(): void {
    for (const [call, timer] of this.#lingering) {
      timer.cancel();
      this.#keepLadder(call);
    }
  }

  #keepLadder(call: number): void {
    this.#lingering.delete(call);
    this.#log.saveLadder(call, this.#recorder.finish(call));
  }
}
