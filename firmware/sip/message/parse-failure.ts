import type {SipRequest} from './message.ts';
import type {SyntaxFailure} from './syntax-failure.ts';

/** Why a datagram is no message that can be worked with. */
export interface ParseFailure extends SyntaxFailure {
  /** The header's name, `start line` or `body`. */
  readonly place: string;
  /** The status to answer with; undefined where nothing is to be answered: responses, ACKs, no SIP at all. */
  readonly status: number | undefined;
  /**
   * As much of the request as an answer needs: `method`, and those of Via, From, To, Call-ID and CSeq that are there.
   * It is only there together with `status`, and its topmost Via can be read; of the rest only `headers` may be used.
   */
  readonly request: SipRequest | undefined;
}
