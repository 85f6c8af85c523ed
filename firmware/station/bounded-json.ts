import {shownText} from '../base/shown-text.ts';

/** Much of what is kept was said by the other side of the network: nobody reads more of it, and the disk is small. */
const TEXT_LIMIT = 400;

/** JSON in which every text is fit to be shown, on one line and of at most 400 characters; longer ones end in "…". */
export function boundedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? shownText(part, TEXT_LIMIT) : part,
  );
}
