import type {CommandFailure} from '../station/station-control.ts';
import type {Problem} from './problem.ts';

const statusOf: Readonly<Record<CommandFailure['code'], number>> = {
  unknown: 404,
  busy: 409,
  'no-call': 409,
  'bad-target': 400,
  blocked: 409,
  failed: 500,
};

/** What a command that was not carried out is answered with. */
export function problemOf({code, text}: CommandFailure): Problem {
  return {status: statusOf[code], detail: text};
}
