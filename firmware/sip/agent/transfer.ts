import type {Result} from '../../base/result.ts';
import type {ExtraHeader} from '../dialog/dialog.ts';
import type {DialogTable} from '../dialog/dialog-table.ts';
import {type Reference, readReference} from '../dialog/refer-to.ts';
import type {Referral} from '../dialog/referral.ts';
import {formatReplaces} from '../dialog/replaces.ts';
import {parseNameAddress} from '../message/name-address.ts';
import {formatUri, type SipUri} from '../message/uri.ts';
import type {Call, CallEnd, CallFailure, CallListener, TransferRequest} from './call.ts';

const defaultPort = 5060;

export interface TransferOptions {
  readonly dialogs: DialogTable;
  /** Places a call whose INVITE has these headers, too. */
  place(target: SipUri, listener: CallListener, headers: readonly ExtraHeader[]): Result<Call, CallFailure>;
}

/**
 * What a REFER asks for, to be accepted or refused by the owner of the call; undefined where it cannot be followed and
 * has been refused here. The referrer is told of the new call as that goes on.
 */
export function transferRequest(referral: Referral, options: TransferOptions): TransferRequest | undefined {
  const reference = readReference(referral.request);
  if (!reference.ok) {
    referral.refuse(reference.error.status, reference.error.text);
    return undefined;
  }
  if (leadsBack(reference.value, referral.contact, options.dialogs)) {
    referral.refuse(482, 'that would be a call to itself');
    return undefined;
  }
  const {target} = reference.value;
  return {
    target: formatUri(target),
    accept: (listener) => {
      const placed = options.place(target, reporting(referral, listener), headersOf(reference.value));
      if (placed.ok) referral.accept();
      else referral.refuse(480, placed.error.text);
      return placed;
    },
    refuse: (status) => referral.refuse(status),
  };
}

/** Whether the new call would come back to this user agent, or replace one of its own. */
function leadsBack({target, replaces}: Reference, contact: string, dialogs: DialogTable): boolean {
  const own = parseNameAddress(contact);
  if (!own.ok || own.value.uri.host === undefined) return false;
  const {host, port = defaultPort} = own.value.uri;
  if (target.host.toLowerCase() === host.toLowerCase() && (target.port ?? defaultPort) === port) return true;
  if (!replaces) return false;
  const {callId, toTag, fromTag} = replaces;
  return [
    {callId, localTag: toTag, remoteTag: fromTag},
    {callId, localTag: fromTag, remoteTag: toTag},
  ].some((dialog) => dialogs.find(dialog) !== undefined);
}

function headersOf({replaces, referredBy}: Reference): ExtraHeader[] {
  const headers: ExtraHeader[] = [];
  if (replaces) headers.push({name: 'Replaces', value: formatReplaces(replaces)});
  if (referredBy !== undefined) headers.push({name: 'Referred-By', value: referredBy});
  return headers;
}

/** Tells the referrer, too, what becomes of the call. */
function reporting(referral: Referral, listener: CallListener): CallListener {
  return {
    onUpdated: (stream) => listener.onUpdated?.(stream),
    onDigit: (digit, how) => listener.onDigit(digit, how),
    onTransfer: (request) => {
      if (listener.onTransfer) listener.onTransfer(request);
      else request.refuse(403);
    },
    onRinging: (earlyMedia) => {
      referral.progress(180);
      listener.onRinging(earlyMedia);
    },
    onAnswered: (stream) => {
      referral.finish(200);
      listener.onAnswered(stream);
    },
    onEnded: (end) => {
      referral.finish(end.status ?? statusOf(end.cause));
      listener.onEnded(end);
    },
  };
}

/** The status that a call which ended without any response comes closest to. */
function statusOf(cause: CallEnd['cause']): number {
  if (cause === 'cancelled' || cause === 'hung-up-here') return 487;
  if (cause === 'no-answer') return 408;
  return cause === 'not-found' ? 404 : 503;
}
