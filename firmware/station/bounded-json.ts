/** Much of what is kept was said by the other side of the network: nobody reads more of it, and the disk is small. */
const TEXT_LIMIT = 400;

/** JSON in which no text is longer than 400 characters; longer ones end in "…". */
export function boundedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' && part.length > TEXT_LIMIT ? `${part.slice(0, TEXT_LIMIT)}…` : part,
  );
}
