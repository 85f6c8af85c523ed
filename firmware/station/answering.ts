import type {AudioStream} from '../rtp/audio-stream.ts';
import type {CallEnd, CallListener} from '../sip/agent/call.ts';
import type {TalkListener} from './outgoing-call.ts';

/**
 * Listens to a call that comes in and is being answered. `talk` is told when it is up, and says who listens from then on;
 * `failed` is told where it ends without that.
 */
export function answering(
  talk: (stream: AudioStream) => TalkListener | undefined,
  failed: (end: CallEnd) => void,
): CallListener {
  let listener: TalkListener | undefined;
  return {
    onRinging: () => {},
    onAnswered: (stream) => {
      listener = talk(stream);
    },
    onUpdated: (stream) => listener?.onUpdated(stream),
    onDigit: (digit, how) => listener?.onDigit(digit, how),
    onTransfer: (request) => {
      if (listener) listener.onTransfer(request);
      else request.refuse(403);
    },
    onEnded: (end) => {
      if (listener) listener.onEnded(end);
      else failed(end);
    },
  };
}
