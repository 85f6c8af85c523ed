import {closeSync, openSync, readSync} from 'node:fs';
import {failure, type Result, success} from '../base/result.ts';

/** No configuration is larger. */
const SIZE_LIMIT = 1024 * 1024;

/**
 * Reads a UTF-8 text file of at most 1 MiB, whatever kind of file it is.
 * The error says in words what is wrong with it as a whole.
 */
export function readTextFile(path: string): Result<string, string> {
  const buffer = new Uint8Array(SIZE_LIMIT + 1);
  let length = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      while (length < buffer.length) {
        const count = readSync(descriptor, buffer, length, buffer.length - length, null);
        if (count === 0) break;
        length += count;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return failure(`cannot be read: ${reason(error)}`);
  }
  if (length > SIZE_LIMIT) return failure('is larger than 1 MiB, which no configuration is');
  return decodeText(buffer.subarray(0, length));
}

/** Text from bytes; refuses what is not UTF-8, and control characters that no text has. */
export function decodeText(bytes: Uint8Array): Result<string, string> {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
    if (!/[\u0000-\u0008\u000e-\u001f]/.test(text)) return success(text);
  } catch {
    // Not UTF-8: said below.
  }
  return failure('is not a text file in UTF-8');
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not allow it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return REASONS[code] ?? code;
}
