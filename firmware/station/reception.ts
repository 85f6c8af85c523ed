import type {Clock} from '../base/clock.ts';
import type {Config} from '../config/schema.ts';
import type {IncomingCall, RefusalStatus} from '../sip/agent/call.ts';
import {isAllowed} from './allow-list.ts';
import type {CallBook} from './call-book.ts';
import {CurrentCall} from './current-call.ts';
import type {JournalEvent} from './journal-event.ts';
import {RefusalBudget} from './refusal-budget.ts';

/** Decides about incoming calls, and turns away those that may not or cannot come in. */
export class Reception {
  readonly #answer: Config['answer'];
  readonly #clock: Clock;
  readonly #book: CallBook;
  readonly #tell: (event: JournalEvent) => void;
  readonly #budget = new RefusalBudget();

  constructor(options: {
    answer: Config['answer'];
    clock: Clock;
    book: CallBook;
    tell: (event: JournalEvent) => void;
  }) {
    this.#answer = options.answer;
    this.#clock = options.clock;
    this.#book = options.book;
    this.#tell = options.tell;
  }

  /**
   * What is to be done with `call`: answer it without anybody's hand after so many ms, let it ring, or nothing more
   * since it was refused here.
   */
  decide(call: IncomingCall, busy: boolean): {answerAfter: number} | 'ring' | 'refused' {
    // First of all who it is: whether the station is busy is no business of strangers.
    const allowed = this.#answer.mode !== 'refuse' && isAllowed(call.caller, this.#answer.from);
    if (!allowed) return this.#refuse(call, 403);
    if (busy) return this.#refuse(call, 486);
    if (this.#answer.mode === 'automatic') return {answerAfter: 0};
    return call.answerAfter === undefined ? 'ring' : {answerAfter: call.answerAfter};
  }

  #refuse(call: IncomingCall, status: RefusalStatus): 'refused' {
    const {uri, address} = call.caller;
    const now = this.#clock.now();
    const {tell, untold} = this.#budget.take(now);
    if (untold > 0) this.#tell({kind: 'calls-refused', count: untold});
    if (tell) {
      const id = this.#book.nextId();
      const options = {id, direction: 'incoming', button: null, peer: uri, startedAt: now} as const;
      this.#book.attach(id, call.id);
      this.#tell({kind: 'call-refused', call: id, peer: uri, address, status});
      const [result, text] =
        status === 486
          ? (['busy', 'the station was busy'] as const)
          : (['refused', 'may not call the station'] as const);
      this.#book.save(new CurrentCall({...options, clock: this.#clock}).record(result, text));
    }
    call.refuse(status);
    return 'refused';
  }
}
