import type {Clock} from '../base/clock.ts';
import type {Config} from '../config/schema.ts';
import type {IncomingCall, RefusalStatus} from '../sip/agent/call.ts';
import type {UnanswerableCall} from '../sip/agent/unanswerable.ts';
import {isAllowed} from './allow-list.ts';
import type {CallBook} from './call-book.ts';
import type {CallResult} from './call-record.ts';
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

  /** A call that found no common way of sending sound; of those who may not call nothing is told. */
  couldNotAnswer({caller, id: callId, text, encryption}: UnanswerableCall): void {
    if (this.#answer.mode === 'refuse' || !isAllowed(caller, this.#answer.from)) return;
    const {uri: peer, address, account} = caller;
    const advice = adviceOnEncryption(encryption, account);
    this.#record(peer, callId, 'failed', text, (call) =>
      this.#tell({
        kind: 'call-unanswerable',
        call,
        peer,
        address,
        reason: text,
        ...(advice === undefined ? {} : {advice}),
      }),
    );
  }

  #refuse(call: IncomingCall, status: RefusalStatus): 'refused' {
    const {uri: peer, address} = call.caller;
    const [result, text] =
      status === 486
        ? (['busy', 'the station was busy'] as const)
        : (['refused', 'may not call the station'] as const);
    this.#record(peer, call.id, result, text, (id) =>
      this.#tell({kind: 'call-refused', call: id, peer, address, status}),
    );
    call.refuse(status);
    return 'refused';
  }

  /** Puts a call that was not let in into journal, by `tell`, and call log, unless there have been too many. */
  #record(peer: string, callId: string, result: CallResult, text: string, tell: (id: number) => void): void {
    const now = this.#clock.now();
    const budget = this.#budget.take(now);
    if (budget.untold > 0) this.#tell({kind: 'calls-refused', count: budget.untold});
    if (!budget.tell) return;
    const id = this.#book.nextId();
    const options = {id, direction: 'incoming', button: null, peer, startedAt: now} as const;
    this.#book.attach(id, callId);
    tell(id);
    this.#book.save(new CurrentCall({...options, clock: this.#clock}).record(result, text));
  }
}

/** Which setting would have let the call in. */
function adviceOnEncryption(
  encryption: UnanswerableCall['encryption'],
  account: string | undefined,
): string | undefined {
  if (encryption === undefined) return undefined;
  if (account === undefined) return 'only calls through an account can be encrypted, by its setting srtp';
  return encryption === 'off'
    ? `"srtp: optional" or "srtp: required" for account "${account}" would take it`
    : `"srtp: optional" for account "${account}" would take it, unencrypted`;
}
