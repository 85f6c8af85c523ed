import {readFileSync, statSync} from 'node:fs';
import {type CapturedCall, findCalls} from '../ladder/calls.ts';
import {openCapture} from '../ladder/capture.ts';
import {formatLadder} from '../ladder/ladder.ts';
import {printable} from '../ladder/message-summary.ts';

/** A capture is read as a whole: so much memory it may take. */
const FILE_BYTES = 1 << 30;
/** Width where the output goes to a file or a pipe. */
const DEFAULT_WIDTH = 100;

/** `doorline ladder`: the SIP calls in a capture as ladders. Exit code 0, or 1 where the file cannot be read. */
export async function ladder(file: string): Promise<number> {
  const bytes = readCaptureFile(file);
  if (typeof bytes === 'string') return failed(`${file}: ${bytes}`);
  const opened = openCapture(bytes);
  if (!opened.ok) return failed(`${file}: ${opened.error.text}`);
  const {calls, notes} = findCalls(opened.value);
  process.stdout.write(
    calls.length === 0 ? `No SIP call over UDP in ${file}.\n` : calls.map(format).join('\n'),
  );
  for (const note of notes) process.stderr.write(`${note}\n`);
  return 0;
}

/** The bytes, or in words why there are none. */
function readCaptureFile(file: string): Buffer | string {
  try {
    const {size} = statSync(file);
    if (size > FILE_BYTES) return `${size} bytes are more than the ${FILE_BYTES} that a capture may have`;
    return readFileSync(file);
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'there is no such file' : message;
  }
}

function format({callId, from, to, steps}: CapturedCall): string {
  const {columns, isTTY} = process.stdout;
  const began = new Date(steps[0]?.at ?? 0).toISOString();
  const title = `${printable(from)} calls ${printable(to)}, ${began}, Call-ID ${printable(callId)}\n`;
  return title + formatLadder(steps, {width: columns ?? DEFAULT_WIDTH, colour: isTTY === true});
}

function failed(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}
