import {CALL_ID, CSEQ, FROM, GAP, RECORD_ROUTE, TO, VIA} from './header-names.ts';
import {SipRequest, SipResponse} from './message.ts';
import {formatNameAddress, type NameAddress} from './name-address.ts';
import {reasonPhrase} from './reason-phrases.ts';
import {formatVia, type Via} from './via.ts';

/** What a request is made of (RFC 3261 section 8.1.1). Addresses may be given as text. */
export interface RequestParts {
  method: string;
  requestUri: string;
  /** Left out where the transaction layer adds it. */
  via?: Via | string;
  from: NameAddress | string;
  to: NameAddress | string;
  callId: string;
  cseq: number;
  /** 70 where it is left out. */
  maxForwards?: number;
  contact?: NameAddress | string;
  /** Values of Route, in order. */
  routes?: readonly string[];
  /** Further headers, in order. */
  headers?: Iterable<readonly [name: string, value: string]>;
  contentType?: string;
  body?: Uint8Array;
}

/** A new request with the headers that each must have. */
export function createRequest(parts: RequestParts): SipRequest {
  const request = new SipRequest(parts.method, parts.requestUri, undefined, parts.body);
  const {headers} = request;
  const {via, contact} = parts;
  if (via !== undefined) headers.append('Via', typeof via === 'string' ? via : formatVia(via));
  for (const route of parts.routes ?? []) headers.append('Route', route);
  headers.append('Max-Forwards', String(parts.maxForwards ?? 70));
  headers.append('From', addressText(parts.from));
  headers.append('To', addressText(parts.to));
  headers.append('Call-ID', parts.callId);
  headers.append('CSeq', `${parts.cseq} ${parts.method}`);
  if (contact !== undefined) headers.append('Contact', addressText(contact));
  for (const [name, value] of parts.headers ?? []) headers.append(name, value);
  if (parts.contentType !== undefined) headers.append('Content-Type', parts.contentType);
  return request;
}

function addressText(address: NameAddress | string): string {
  return typeof address === 'string' ? address : formatNameAddress(address);
}

/** Which header numbers are wanted, by number; there is an element for each, GAP too: a read past the end is slow. */
function wantedLines(...numbers: number[]): boolean[] {
  return Array.from({length: GAP + 1}, (_, number) => numbers.includes(number));
}

const copied = wantedLines(VIA, FROM, TO, CALL_ID, CSEQ);
const copiedWithRoute = wantedLines(VIA, FROM, TO, CALL_ID, CSEQ, RECORD_ROUTE);

/**
 * A response to `request` (RFC 3261 section 8.2.6): Via, From, To, Call-ID and CSeq are the request's, byte for
 * byte, and Record-Route where the response may form a dialog (section 12.1.1). `toTag` is added to a To that
 * has no tag. Also takes the request of a `ParseFailure`.
 */
export function createResponse(
  request: SipRequest,
  status: number,
  reason: string = reasonPhrase(status),
  toTag?: string,
): SipResponse {
  const formsDialog = status > 100 && status < 300;
  const tag = toTag !== undefined && request.lacksToTag() ? toTag : undefined;
  const headers = request.headers.copy(formsDialog ? copiedWithRoute : copied, tag);
  return new SipResponse(status, reason, headers);
}
