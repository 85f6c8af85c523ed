import * as v from 'valibot';

/** A stretch of an image that has to be on the card, in bytes. */
export interface MappedRange {
  readonly start: number;
  readonly length: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What of an image has to be written; the rest of a card may hold what it held before. */
export interface BlockMap {
  /** The size of the whole image in bytes. */
  readonly imageSize: number;
  /** In the order of the image, without overlaps. */
  readonly ranges: readonly MappedRange[];
}

/** A range is kept in memory as a whole. */
const LONGEST = 64 * 1024 * 1024;
/** As many as the ranges of 4 MiB that the largest cards have. */
const MOST = 1_000_000;

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema = v.object({
  imageSize: bytes,
  ranges: v.pipe(
    v.array(
      v.object({
        start: bytes,
        length: v.pipe(bytes, v.minValue(1), v.maxValue(LONGEST)),
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      }),
    ),
    v.minLength(1),
    v.maxLength(MOST),
  ),
});

/**
 * Reads the map that lies beside an image.
 * @throws Error in words for people where it is none.
 */
export function parseBlockMap(text: string): BlockMap {
  const map = check(text);
  let end = 0;
  for (const {start, length} of map.ranges) {
    if (start < end) throw new Error('its ranges overlap, or are not in order');
    end = start + length;
  }
  if (end > map.imageSize) throw new Error('its ranges go beyond the end of the image');
  return map;
}

function check(text: string): BlockMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const result = v.safeParse(schema, value, {abortEarly: true});
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`${v.getDotPath(issue) ?? 'it'} is wrong: ${issue.message}`);
}
