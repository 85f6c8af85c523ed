import type {Clock} from '../base/clock.ts';
import type {AudioStream} from '../rtp/audio-stream.ts';
import type {Call, IncomingCall, TransferRequest} from '../sip/agent/call.ts';
import {answering} from './answering.ts';
import type {CallBook} from './call-book.ts';
import {RING_LIMIT} from './call-plan.ts';
import type {CallSounds} from './call-sounds.ts';
import type {CurrentCall, Move} from './current-call.ts';
import type {JournalEvent} from './journal-event.ts';
import {callMedia} from './media.ts';
import {OutgoingCall, type TalkListener} from './outgoing-call.ts';

/** How often one call may be transferred, or tried to be: two phones that send it to each other do not do so for ever. */
const TRANSFER_LIMIT = 5;

interface Parts {
  readonly clock: Clock;
  readonly book: CallBook;
  readonly sounds: CallSounds;
  readonly tell: (event: JournalEvent) => void;
  /** Whether the other side of this call may have it transferred. */
  readonly mayTransfer: (call: Call) => boolean;
  readonly changed: () => void;
  /** The newcomer is talked to from now on. */
  readonly talk: (current: CurrentCall, call: Call, stream: AudioStream, peer: string) => TalkListener;
  /** Nobody is left to talk to. */
  readonly end: (current: CurrentCall, reason: string) => void;
}

/**
 * Moves the call to somebody else, while the visitor goes on talking: because who is talked to wants it (REFER), or
 * because the newcomer takes it over (Replaces). The one who is talked to stays until the newcomer has answered, or
 * leaves before; then the visitor hears it ring.
 */
export class CallMoves {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Who is talked to in `call` wants the call to go on with somebody else. */
  transfer(current: CurrentCall, call: Call, request: TransferRequest): void {
    const {mayTransfer, tell} = this.#parts;
    if (current.move) {
      request.refuse(491);
    } else if (!mayTransfer(call) || current.transfers.length >= TRANSFER_LIMIT) {
      request.refuse(403);
      // Once is enough: such wishes may come by the thousand.
      if (current.refusedTransferTold) return;
      current.refusedTransferTold = true;
      tell({kind: 'transfer-refused', call: current.id, ...current.who, target: request.target});
    } else this.#follow(current, request);
  }

  /** An allowed caller takes the place of who is talked to, or of a phone that rings. */
  takeOver(current: CurrentCall, call: IncomingCall): void {
    const {book, talk} = this.#parts;
    const from = current.conversation && current.peer;
    const target = call.caller.uri;
    const move: Move = {target, call, from, earlyMedia: undefined, cancel: () => call.hangUp()};
    current.move = move;
    book.attach(current.id, call.id);
    call.answer(
      answering(
        (stream) => {
          if (current.move === move) return talk(current, call, stream, target);
          call.hangUp();
          return undefined;
        },
        (end) => this.#fail(current, move, end.text),
      ),
    );
  }

  /** Who was talked to or rang is gone. Whether the call goes on all the same, for somebody else is about to answer. */
  survives(current: CurrentCall): boolean {
    const {move} = current;
    if (!move) return false;
    const {sounds, changed, book} = this.#parts;
    current.wait(move.target);
    sounds.waiting(move.earlyMedia);
    book.save(current.record(null, ''));
    changed();
    return true;
  }

  #follow(current: CurrentCall, request: TransferRequest): void {
    const {clock, book, sounds, tell, changed, talk} = this.#parts;
    const {target} = request;
    const transfer = new OutgoingCall({
      settings: {targets: [target], ring: 'together', ringSeconds: RING_LIMIT / 1000, whenRefused: 'end'},
      telephone: {call: (_, listener) => request.accept(listener)},
      clock,
      listener: {
        legStarted: (call) => book.attach(current.id, call.id),
        ringing: (_, early) => {
          move.earlyMedia = callMedia(early?.media);
          if (current.phase !== 'talking') sounds.remoteRings(move.earlyMedia);
        },
        searching: () => {},
        connected: (leg) => leg.handOver(talk(current, leg.call, leg.stream, target)),
        finished: (result) => this.#fail(current, move, transfer.plan.legs[0]?.text || result),
      },
    });
    const move: Move = {
      target,
      call: undefined,
      from: current.peer,
      earlyMedia: undefined,
      cancel: () => transfer.cancel(),
    };
    current.move = move;
    current.transfers.push(transfer);
    tell({kind: 'transfer-started', call: current.id, ...current.who, target});
    transfer.start();
    changed();
  }

  /** The newcomer did not answer: who is talked to stays. */
  #fail(current: CurrentCall, move: Move, reason: string): void {
    if (current.move !== move) return;
    const {tell, changed, end} = this.#parts;
    current.move = undefined;
    tell({kind: 'transfer-failed', call: current.id, target: move.target, reason});
    const {phase, outgoing, conversation} = current;
    const rings = !conversation && (outgoing?.plan.state === 'calling' || outgoing?.plan.state === 'ringing');
    if (phase === 'talking' || rings) changed();
    else end(current, `${move.from ?? 'everybody'} had left it to ${move.target}: ${reason}`);
  }
}
