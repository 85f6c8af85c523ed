import type {IncomingMessage} from 'node:http';
import {failure, type Result, success} from '../base/result.ts';
import type {Problem} from './problem.ts';

/** Longest body that is read, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads the body as JSON. No body at all reads as `undefined`.
 * Fails with 413 above `MAX_BODY_BYTES`, 415 where it is not declared as JSON, 400 where it is not JSON.
 */
export async function readJson(request: IncomingMessage): Promise<Result<unknown, Problem>> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_BODY_BYTES) return failure(tooLarge);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return failure(tooLarge);
    chunks.push(chunk);
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

const tooLarge: Problem = {
  status: 413,
  detail: `The body is longer than the ${MAX_BODY_BYTES} bytes that are allowed.`,
  headers: {Connection: 'close'},
};
