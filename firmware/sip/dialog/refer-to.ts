import {failure, type Result, success} from '../../base/result.ts';
import type {SipRequest} from '../message/message.ts';
import {parseNameAddress} from '../message/name-address.ts';
import {asRequestUri, formatUri, type SipUri} from '../message/uri.ts';
import {parseReplaces, type Replaces} from './replaces.ts';

/** Longest Refer-To and Referred-By that are taken. */
const lengthLimit = 1024;
/** Longest address that is called; it also stands in journal and call log. */
const targetLimit = 256;
/** Headers in a URI that are looked at. */
const headerLimit = 8;

/** Whom a REFER asks to be called (RFC 3515 section 2.1). */
export interface Reference {
  /** Fit to be a Request-URI. */
  readonly target: SipUri;
  /** The call that the new one takes the place of there: an attended transfer. */
  readonly replaces: Replaces | undefined;
  /** Value of the Referred-By header (RFC 3892), to be passed on. */
  readonly referredBy: string | undefined;
}

/** Why a REFER cannot be followed, as a status to answer with. */
export interface BadReference {
  readonly status: 400 | 416 | 603;
  readonly text: string;
}

/**
 * Reads where a REFER refers to. Of the headers that its URI may carry only Replaces counts: the others are for
 * somebody else to choose (RFC 3261 section 19.1.5).
 */
export function readReference({headers}: SipRequest): Result<Reference, BadReference> {
  const [value, ...more] = headers.all('Refer-To');
  if (value === undefined || more.length > 0) return bad('a REFER needs one Refer-To');
  const address = value.length > lengthLimit ? undefined : parseNameAddress(value);
  if (!address?.ok) return bad('Refer-To is no address');
  const {uri} = address.value;
  if (uri.host === undefined) return failure({status: 416, text: 'only sip and sips addresses are called'});
  const method = uri.parameters.get('method')?.toUpperCase() ?? 'INVITE';
  if (method !== 'INVITE') return failure({status: 603, text: 'nothing but calls is placed for others'});
  const target = asRequestUri(uri);
  if (uri.password !== undefined || formatUri(target).length > targetLimit) {
    return bad('that address cannot be called');
  }
  const replaces = replacesOf(uri);
  if (!replaces.ok) return bad(replaces.error);
  return success({target, replaces: replaces.value, referredBy: referrerOf(headers.all('Referred-By'))});
}

/** The call that the headers of a URI ask to be replaced; fails with what is wrong. */
function replacesOf({headers}: SipUri): Result<Replaces | undefined, string> {
  const parts = headers.split('&', headerLimit);
  const values = parts.flatMap((part) => {
    const [name = '', value = ''] = part.split('=', 2);
    return name.toLowerCase() === 'replaces' ? [value] : [];
  });
  const [value, ...more] = values;
  if (value === undefined) return success(undefined);
  const text = unescaped(value);
  if (more.length > 0 || text === undefined) return failure('the Replaces of Refer-To cannot be read');
  return parseReplaces(text);
}

function referrerOf([value, ...more]: string[]): string | undefined {
  if (value === undefined || more.length > 0 || value.length > lengthLimit) return undefined;
  return parseNameAddress(value).ok ? value.trim() : undefined;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function bad(text: string): Result<never, BadReference> {
  return failure({status: 400, text});
}
