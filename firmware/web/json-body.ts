import type {IncomingMessage} from 'node:http';
import {failure, type Result, success} from '../base/result.ts';
import type {Problem} from './problem.ts';
import type {Exchange} from './router.ts';

/** Longest body that is read where nothing else is said, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads the body as JSON. No body at all reads as `undefined`.
 * Fails with 413 above `limit` bytes, 415 where it is not declared as JSON, 400 where it is not JSON, or breaks off.
 */
export async function readJson(
  request: IncomingMessage,
  limit = MAX_BODY_BYTES,
): Promise<Result<unknown, Problem>> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit) return failure(tooLarge(limit));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Ending the loop must not end the connection, on which the answer is still to go out.
    for await (const chunk of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) return failure(tooLarge(limit));
      chunks.push(chunk);
    }
  } catch {
    return failure({status: 400, detail: 'The request broke off.'});
  }
  if (size === 0) return success(undefined);
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return failure({status: 415, detail: 'A body must be declared as Content-Type: application/json.'});
  }
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(Buffer.concat(chunks));
    return success(JSON.parse(text) as unknown);
  } catch {
    return failure({status: 400, detail: 'The body is not JSON in UTF-8.'});
  }
}

function tooLarge(limit: number): Problem {
  return {
    status: 413,
    detail: `The body is longer than the ${limit} bytes that are allowed.`,
    headers: {Connection: 'close'},
  };
}

/** Reads a body that says nothing: none, or an empty object. Answers with what is wrong, and is false, where there is more. */
export async function readNothing({request, fail}: Exchange): Promise<boolean> {
  const body = await readJson(request);
  if (!body.ok) fail(body.error);
  else if (!isEmpty(body.value)) fail({status: 400, detail: 'This request takes no body.'});
  else return true;
  return false;
}

function isEmpty(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
}

/** What a field of a body is: one text, or a list of them. */
type FieldKind = 'text' | 'texts';
type Fields<Kinds> = {[Name in keyof Kinds]: Kinds[Name] extends 'text' ? string : string[]};

/** Longest text of a field, in characters, and most texts of a list. */
const MAX_TEXT = 2_048;
const MAX_TEXTS = 64;

/** Reads a body with just these fields. Answers with what is wrong, and is undefined, where it has others. */
export async function readFields<Kinds extends Readonly<Record<string, FieldKind>>>(
  {request, fail}: Exchange,
  kinds: Kinds,
): Promise<Fields<Kinds> | undefined> {
  const body = await readJson(request);
  if (!body.ok) {
    fail(body.error);
    return undefined;
  }
  const given = typeof body.value === 'object' && body.value !== null ? Object.entries(body.value) : [];
  const complete =
    !Array.isArray(body.value) &&
    given.length === Object.keys(kinds).length &&
    given.every(([name, value]) => Object.hasOwn(kinds, name) && isOfKind(value, kinds[name]!));
  if (complete) return body.value as Fields<Kinds>;
  const wanted = Object.entries(kinds).map(
    ([name, kind]) => `"${name}": ${kind === 'text' ? '"…"' : '["…"]'}`,
  );
  fail({status: 400, detail: `The body must be {${wanted.join(', ')}} and nothing else.`});
  return undefined;
}

function isOfKind(value: unknown, kind: FieldKind): boolean {
  if (kind === 'text') return typeof value === 'string' && value.length <= MAX_TEXT;
  return Array.isArray(value) && value.length <= MAX_TEXTS && value.every((one) => isOfKind(one, 'text'));
}
