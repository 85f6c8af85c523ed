import type {SipRequest, SipResponse} from '../message/message.ts';
import {splitMultipart} from '../message/multipart.ts';
import {Parameters} from '../message/parameters.ts';
import {Reader} from '../message/reader.ts';
import {isIdentity, mediaType, sessionType} from './capabilities.ts';

/** What a message carries: a session description, nothing, or something that cannot be used. */
export type SessionBody = Uint8Array | 'none' | 'unsupported';

/** Bodies within bodies that are looked into. */
const deepest = 3;

/** A body, or a part of one, with what its headers say of it. */
interface Content {
  readonly type: string | undefined;
  readonly disposition: string | undefined;
  readonly encoding: string | undefined;
  readonly transfer: string | undefined;
  readonly bytes: Uint8Array;
}

/**
 * Looks for the session description in a body (RFC 3261 section 8.2.3), which may be one of several parts (RFC 5621).
 * What is marked as optional counts as absent where it cannot be used; what is not so marked must be usable.
 */
export function sessionBody({headers, body}: SipRequest | SipResponse): SessionBody {
  if (body.length === 0) return 'none';
  const content: Content = {
    type: headers.get('Content-Type'),
    disposition: headers.get('Content-Disposition'),
    encoding: headers.list('Content-Encoding').join(),
    transfer: undefined,
    bytes: body,
  };
  return look(content, 0);
}

function look(content: Content, depth: number): SessionBody {
  const found = understand(content, depth);
  const {disposition} = content;
  const optional = parameterOf(disposition, 'handling')?.toLowerCase() === 'optional';
  return found === 'unsupported' && optional ? 'none' : found;
}

function understand(content: Content, depth: number): SessionBody {
  const {type, disposition, encoding, transfer, bytes} = content;
  if (!isIdentity(encoding) || !/^(7bit|8bit|binary)?$/i.test(transfer ?? '')) return 'unsupported';
  const media = mediaType(type);
  // An early session (RFC 3959) is another one than that which is agreed on here.
  if (media === sessionType) return /^\s*early-session\b/i.test(disposition ?? '') ? 'unsupported' : bytes;
  if (!media.startsWith('multipart/') || depth === deepest) return 'unsupported';
  const parts = splitMultipart(bytes, parameterOf(type, 'boundary') ?? '');
  if (!parts) return 'unsupported';
  const found = parts.map(({headers, body}) =>
    look(
      {
        type: headers.get('content-type'),
        disposition: headers.get('content-disposition'),
        encoding: headers.get('content-encoding'),
        transfer: headers.get('content-transfer-encoding'),
        bytes: body,
      },
      depth + 1,
    ),
  );
  return media === 'multipart/alternative' ? lastUsable(found) : together(found);
}

/** The parts say the same, the best comes last (RFC 2046 section 5.1.4). */
function lastUsable(found: readonly SessionBody[]): SessionBody {
  return found.findLast((one) => one !== 'unsupported') ?? 'unsupported';
}

/** Each part is to be understood, whatever kind of multipart they make (RFC 5621 section 5), and one session at most described. */
function together(found: readonly SessionBody[]): SessionBody {
  const [session, ...more] = found.filter((one) => one !== 'none');
  return more.length === 0 ? (session ?? 'none') : 'unsupported';
}

/** A parameter of a header value. */
function parameterOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined) return undefined;
  const reader = Reader.ofText(value);
  return new Parameters(undefined, reader, 0, reader.bytes.length).get(name);
}
