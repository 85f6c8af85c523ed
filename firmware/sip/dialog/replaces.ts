import {failure, type Result, success} from '../../base/result.ts';
import type {SipRequest} from '../message/message.ts';
import type {Refused} from './capabilities.ts';
import type {DialogTable, DialogUser} from './dialog-table.ts';

/** Longest Call-ID and tags that are looked for. */
const callIdLimit = 256;
const tagLimit = 128;

/** Call-ID as its grammar has it: word [ "@" word ] (RFC 3261 section 25.1). */
const callIdSyntax = /^[\w.!%*+`'~()<>:\\"/[\]?{}-]+(?:@[\w.!%*+`'~()<>:\\"/[\]?{}-]+)?$/;
const tokenSyntax = /^[\w.!%*+`'~-]+$/;

/** The value of a Replaces header (RFC 3891): the dialog that a new call takes the place of, as its recipient names it. */
export interface Replaces {
  readonly callId: string;
  /** Tag of the user agent that the INVITE with this header goes to. */
  readonly toTag: string;
  readonly fromTag: string;
  /** It may be replaced only while nobody has answered it. */
  readonly earlyOnly: boolean;
}

/** Reads the value of a Replaces header; fails with what is wrong. Unknown parameters are passed over. */
export function parseReplaces(value: string): Result<Replaces, string> {
  const [callId = '', ...parameters] = value.split(';', 16).map((part) => part.trim());
  if (callId.length > callIdLimit || !callIdSyntax.test(callId)) return failure('it names no Call-ID');
  const toTag = tagOf(parameters, 'to-tag');
  const fromTag = tagOf(parameters, 'from-tag');
  if (toTag === undefined || fromTag === undefined)
    return failure('it must have one to-tag and one from-tag');
  const earlyOnly = parameters.some((parameter) => /^early-only$/i.test(parameter));
  return success({callId, toTag, fromTag, earlyOnly});
}

/** The value as text. */
export function formatReplaces({callId, toTag, fromTag, earlyOnly}: Replaces): string {
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}

/** The refusal of a request that is none to replace a call with (RFC 3891 section 3). */
export function refuseReplaces({method, headers}: SipRequest): Refused | undefined {
  return method === 'INVITE' || headers.get('Replaces') === undefined
    ? undefined
    : {status: 400, headers: []};
}

/** What a Replaces header asks of this user agent. */
export type Replacement =
  | {readonly dialog: DialogUser; readonly earlyOnly: boolean}
  | {readonly status: 400 | 481 | 603; readonly text: string};

/** Looks the dialog up that an INVITE wants to replace (RFC 3891 section 3); undefined where it wants none. */
export function findReplaced({headers}: SipRequest, dialogs: DialogTable): Replacement | undefined {
  const [value, ...more] = headers.list('Replaces');
  if (value === undefined) return undefined;
  if (more.length > 0) return {status: 400, text: 'one call can replace one other only'};
  // Joining a call is the contrary of replacing it.
  if (headers.get('Join') !== undefined) return {status: 400, text: 'Replaces and Join exclude each other'};
  const replaces = parseReplaces(value);
  if (!replaces.ok) return {status: 400, text: `Replaces: ${replaces.error}`};
  const {callId, toTag: localTag, fromTag, earlyOnly} = replaces.value;
  // The tag 0 may stand for none (RFC 2543).
  const tags = fromTag === '0' ? ['0', ''] : [fromTag];
  const ids = tags.map((remoteTag) => ({callId, localTag, remoteTag}));
  const found = ids.flatMap((id) => dialogs.find(id) ?? []);
  if (found[0]) return found.length > 1 ? noSuchCall : {dialog: found[0], earlyOnly};
  return ids.some((id) => dialogs.hasEnded(id)) ? {status: 603, text: 'that call is over'} : noSuchCall;
}

const noSuchCall: Replacement = {status: 481, text: 'there is no such call to replace'};

/** The value of the one parameter of this name; undefined where there is none, or more than one. */
function tagOf(parameters: readonly string[], name: string): string | undefined {
  const values = parameters.flatMap((parameter) => {
    const [key = '', value = ''] = parameter.split(/\s*=\s*/, 2);
    return key.toLowerCase() === name ? [value] : [];
  });
  const [tag = ''] = values;
  return values.length === 1 && tag.length <= tagLimit && tokenSyntax.test(tag) ? tag : undefined;
}
