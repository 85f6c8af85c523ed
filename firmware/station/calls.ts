import type {Clock, Timer} from '../base/clock.ts';
import {failure, success} from '../base/result.ts';
import type {AudioStream} from '../rtp/audio-stream.ts';
import type {Call, CallEnd, IncomingCall, Party} from '../sip/agent/call.ts';
import {answering} from './answering.ts';
import type {CallBook} from './call-book.ts';
import {CallKeys, type KeyListener} from './call-keys.ts';
import {CallMoves} from './call-moves.ts';
import {type CallPlanSettings, RING_LIMIT} from './call-plan.ts';
import type {CallResult} from './call-record.ts';
import type {CallSounds} from './call-sounds.ts';
import {Conversation} from './conversation.ts';
import {CurrentCall} from './current-call.ts';
import type {CodeLock} from './door-codes.ts';
import type {Doors} from './doors.ts';
import type {JournalEvent} from './journal-event.ts';
import {knownName} from './known-name.ts';
import {callMedia} from './media.ts';
import {type ConnectedLeg, OutgoingCall, type TalkListener} from './outgoing-call.ts';
import type {CommandResult} from './station-control.ts';
import type {Telephone} from './telephone.ts';

export interface CallsListener {
  /** Another phase, or the talk's end has come near or gone away again. */
  changed(): void;
  /** The call is over. */
  ended(result: CallResult): void;
  /** What is done with the keys that `party` presses. */
  keys(party: Party, call: number): KeyListener;
}

interface Parts {
  readonly telephone: Telephone;
  readonly book: CallBook;
  readonly sounds: CallSounds;
  readonly doors: Doors;
  readonly lock: CodeLock;
  readonly clock: Clock;
  readonly talkSeconds: number;
  /** Whether the other side of this call may have it transferred. */
  readonly mayTransfer: (call: Call) => boolean;
  readonly tell: (event: JournalEvent) => void;
  readonly listener: CallsListener;
}

/** The station's calls: one at a time, outgoing or incoming, from the first INVITE to the last answer. */
export class Calls {
  readonly #parts: Parts;
  readonly #moves: CallMoves;
  #current: CurrentCall | undefined;
  #ringTimer: Timer | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#moves = new CallMoves({
      ...parts,
      changed: () => parts.listener.changed(),
      talk: (current, call, stream, peer) => this.#talk(current, call, stream, peer),
      end: (current, reason) => this.#end(current, current.conversation ? 'answered' : 'failed', reason),
    });
  }

  get current(): CurrentCall | undefined {
    return this.#current;
  }

  /**
   * Calls as `settings` say; `startedAt` is when the button was pressed (ms). Fails, and leaves no trace,
   * where no target can be read.
   */
  place(settings: CallPlanSettings, button: string | null, startedAt: number): CommandResult {
    const {telephone, clock, sounds, book} = this.#parts;
    const peer = settings.targets.join(', ');
    const current = new CurrentCall({
      id: book.nextId(),
      direction: 'outgoing',
      button,
      peer,
      startedAt,
      clock,
    });
    this.#current = current;
    sounds.calling();
    let unplaced = false;
    current.outgoing = new OutgoingCall({
      settings,
      telephone,
      clock,
      listener: {
        legStarted: (call) => book.attach(current.id, call.id),
        ringing: (target, early) => this.#ringing(current, target, early),
        searching: () => this.#searching(current),
        connected: (leg) => this.#connected(current, leg),
        finished: (result) => {
          if (!current.announced) unplaced = true;
          else if (!this.#moves.survives(current)) this.#end(current, result, current.legsText);
        },
      },
    });
    current.outgoing.start();
    if (unplaced && button === null) {
      this.#current = undefined;
      sounds.over('cancelled');
      return failure({code: 'bad-target', text: current.legsText});
    }
    current.announced = true;
    this.#parts.tell({
      kind: 'call-started',
      call: current.id,
      direction: 'outgoing',
      targets: [...settings.targets],
      ...(button === null ? {} : {button}),
    });
    book.save(current.record(null, ''));
    if (unplaced) this.#end(current, 'not-found', current.legsText);
    else this.#parts.listener.changed();
    return success(undefined);
  }

  /** An allowed caller is let in: answered after so many ms, or else when `answer` is called. */
  receive(call: IncomingCall, answerAfter: number | undefined): void {
    const {clock, book, sounds, tell, listener} = this.#parts;
    const peer = call.caller.uri;
    const startedAt = clock.now();
    const current = new CurrentCall({
      id: book.nextId(),
      direction: 'incoming',
      button: null,
      peer,
      startedAt,
      clock,
    });
    current.incoming = call;
    current.peerName = knownName(call.caller);
    current.announced = true;
    this.#current = current;
    book.attach(current.id, call.id);
    tell({kind: 'call-received', call: current.id, direction: 'incoming', ...current.who});
    book.save(current.record(null, ''));
    call.ring();
    if (answerAfter === 0) {
      this.#answer(current, call);
      return;
    }
    call.onEnded = (end) => this.#incomingEnded(current, end);
    sounds.ringing();
    this.#ringTimer = clock.after(answerAfter ?? RING_LIMIT, () => {
      if (answerAfter !== undefined) {
        this.#answer(current, call);
        return;
      }
      this.#end(current, 'no-answer', 'nobody answered here');
      call.refuse(480);
    });
    listener.changed();
  }

  /** Whether `call` wants to take the place of somebody in the current call. */
  isTakenOverBy({replaces}: IncomingCall): boolean {
    const current = this.#current;
    if (!replaces || !current || current.move) return false;
    return current.conversation?.call === replaces || current.outgoing?.isCalling(replaces) === true;
  }

  /** An allowed caller takes that place. */
  takeOver(call: IncomingCall): void {
    if (this.#current) this.#moves.takeOver(this.#current, call);
  }

  /** Answers the call that waits. */
  answer(): CommandResult {
    const current = this.#current;
    if (current?.phase !== 'incoming' || !current.incoming || this.#ringTimer === undefined) {
      return failure({code: 'no-call', text: 'Nobody is calling'});
    }
    this.#answer(current, current.incoming);
    return success(undefined);
  }

  /** Ends whatever call there is; `reason` goes into the journal. */
  hangUp(reason: string): CommandResult {
    const current = this.#current;
    if (!current) return failure({code: 'no-call', text: 'There is no call'});
    const {move} = current;
    current.move = undefined;
    move?.cancel();
    if (current.phase === 'talking') current.conversation?.hangUp(reason);
    else if (current.conversation) this.#end(current, 'answered', reason);
    else if (current.outgoing) {
      current.outgoing.cancel();
      // Nobody rang any more: only somebody who takes the call over was awaited.
      this.#end(current, 'cancelled', reason);
    } else if (current.incoming) {
      this.#end(current, 'refused', reason);
      current.incoming.hangUp();
    }
    return success(undefined);
  }

  #answer(current: CurrentCall, call: IncomingCall): void {
    this.#stopRinging();
    call.answer(
      answering(
        (stream) => this.#talk(current, call, stream, call.caller.uri),
        (end) => this.#incomingEnded(current, end),
      ),
    );
  }

  /** It ended before anybody talked: the caller gave up, or answering failed. */
  #incomingEnded(current: CurrentCall, end: CallEnd): void {
    const gaveUp = ['cancelled', 'answered-elsewhere', 'hung-up-there'].includes(end.cause);
    this.#end(current, gaveUp ? 'cancelled' : 'failed', end.text);
  }

  #ringing(current: CurrentCall, target: string, early: Call | undefined): void {
    const {sounds, tell, listener} = this.#parts;
    sounds.remoteRings(callMedia(early?.media));
    if (current.phase === 'ringing') return;
    current.phase = 'ringing';
    tell({kind: 'call-ringing', call: current.id, peer: target});
    listener.changed();
  }

  #searching(current: CurrentCall): void {
    const {sounds, listener} = this.#parts;
    current.phase = 'calling';
    sounds.remoteRings(undefined);
    listener.changed();
  }

  #connected(current: CurrentCall, leg: ConnectedLeg): void {
    leg.handOver(this.#talk(current, leg.call, leg.stream, leg.target));
  }

  #talk(current: CurrentCall, call: Call, stream: AudioStream, peer: string): TalkListener {
    const {sounds, doors, lock, clock, tell, listener, book, talkSeconds} = this.#parts;
    const media = callMedia(call.media);
    // We have dialled this number ourselves: that it is the one is as sure as the way there.
    const party = call.direction === 'outgoing' ? {...call.party, verified: true} : call.party;
    const keys = new CallKeys({
      codes: doors.codesFor(party),
      lock,
      clock,
      listener: listener.keys(party, current.id),
    });
    const conversation: Conversation = new Conversation({
      call,
      media,
      stream,
      talkSeconds,
      clock,
      listener: {
        key: (digit, source) => {
          if (!keys.press(digit, source)) return;
          conversation.extend();
          listener.changed();
        },
        ending: (seconds) => {
          tell({kind: 'call-ending', call: current.id, seconds});
          sounds.ending();
          listener.changed();
        },
        transfer: (request) => this.#moves.transfer(current, call, request),
        silent: (seconds, expected) => tell({kind: 'no-sound', call: current.id, seconds, expected}),
        ended: (text, lastFigures) => {
          keys.close();
          if (current.conversation !== conversation || this.#moves.survives(current)) return;
          this.#end(current, 'answered', text);
          void lastFigures.then(() => book.amend(current.record('answered', text)));
        },
      },
    });
    this.#begin(current, conversation, keys, peer);
    book.save(current.record(null, ''));
    listener.changed();
    return conversation;
  }

  /** Somebody is talked to from now on, perhaps in place of somebody else. */
  #begin(current: CurrentCall, conversation: Conversation, keys: CallKeys, peer: string): void {
    const {sounds, tell} = this.#parts;
    const {move: pending, conversation: before} = current;
    const media = callMedia(conversation.call.media);
    // One of the phones that ring may answer before another takes the call over.
    const crossed = pending?.call !== undefined && pending.call !== conversation.call;
    const move = crossed ? undefined : pending;
    current.move = undefined;
    if (crossed) pending.cancel();
    if (move) current.peerName = knownName(conversation.call.party);
    current.talk(peer, conversation, keys);
    if (move?.from === undefined) {
      sounds.talking(media);
      tell({kind: 'call-answered', call: current.id, ...current.who});
      current.outgoing?.supersede();
    } else {
      sounds.moved(media);
      tell({kind: 'call-moved', call: current.id, from: move.from, ...current.who});
      before?.hangUp('the call went on with somebody else');
    }
  }

  #end(current: CurrentCall, result: CallResult, text: string): void {
    const {sounds, tell, book, listener} = this.#parts;
    if (this.#current !== current) return;
    this.#current = undefined;
    current.end();
    this.#stopRinging();
    sounds.over(result);
    const {id, who, talkSeconds} = current;
    const reason = text || result;
    tell({kind: 'call-ended', call: id, ...who, result, seconds: talkSeconds, reason});
    book.save(current.record(result, reason));
    listener.ended(result);
  }

  #stopRinging(): void {
    this.#ringTimer?.cancel();
    this.#ringTimer = undefined;
  }
}
