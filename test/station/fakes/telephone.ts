import {failure, success} from '../../../firmware/base/result.ts';
import type {Call, CallListener, IncomingCall, Party} from '../../../firmware/sip/agent/call.ts';
import type {MessageListener} from '../../../firmware/sip/agent/text-message.ts';
import type {TracedMessage} from '../../../firmware/sip/agent/trace.ts';
import type {UnanswerableCall} from '../../../firmware/sip/agent/unanswerable.ts';
import type {AccountNews, Telephone, TelephoneAccount} from '../../../firmware/station/telephone.ts';
import {FakeCall, party} from './call.ts';

export class FakeTelephone implements Telephone {
  accounts: TelephoneAccount[] = [];
  readonly calls: FakeCall[] = [];
  onIncoming: ((call: IncomingCall) => void) | undefined;
  onUnanswerable: ((call: UnanswerableCall) => void) | undefined;
  onMessage: MessageListener | undefined;
  onMailbox: Telephone['onMailbox'];
  onSubscribe: ((subscriber: Party) => boolean) | undefined;
  onAccountChange: ((account: AccountNews) => void) | undefined;
  onTrace: ((message: TracedMessage) => void) | undefined;
  stopped = false;

  call(target: string, listener: CallListener) {
    if (target === 'bad target') return failure({code: 'bad-target' as const, text: 'cannot be read'});
    const callee = party({uri: `sip:${target}@example.org`, user: target, verified: true});
    const call = new FakeCall(`call-${this.calls.length}`, 'outgoing', target, callee);
    call.listener = listener;
    this.calls.push(call);
    return success(call as Call);
  }

  /** Somebody calls the station, and may ask to be answered after so many ms. */
  receive(caller: Party, answerAfter?: number, replaces?: Call): FakeCall {
    const call = new FakeCall(`call-${this.calls.length}`, 'incoming', '', caller, answerAfter);
    call.replaces = replaces;
    this.calls.push(call);
    this.onIncoming?.(call);
    return call;
  }

  /** The other side of `call` wants it to go on with `target`: the call that is placed, or the status of the refusal. */
  transfer(call: FakeCall, target: string): FakeCall | number | undefined {
    if (call.state === 'ended') return 481;
    let outcome: FakeCall | number | undefined;
    call.listener?.onTransfer?.({
      target,
      accept: (listener) => {
        const placed = this.call(target, listener);
        if (placed.ok) outcome = this.calls.at(-1);
        return placed;
      },
      refuse: (status) => {
        outcome = status;
      },
    });
    return outcome;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const call of this.calls) call.hangUp();
  }
}
