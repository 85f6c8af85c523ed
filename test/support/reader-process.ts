/**
 * A process with nothing in it but a reader: `node reader-process.ts PORT KIND` prints its state and what comes. It has no timer,
 * so that nothing but the bytes themselves makes its event loop go round.
 */
import type {ReaderSetting} from '../../hal/hal.ts';
import {openReader} from '../../hal/open-reader.ts';

const [port, kind] = process.argv.slice(2);
const clock = {now: () => performance.now(), wallTime: Date.now, after: () => ({cancel() {}})};
const reader = openReader({port: port!, kind: kind as ReaderSetting['kind']}, clock);
const say = (text: string) => process.stdout.write(`${text}\n`);
reader.onState = (fault) => say(fault ?? 'open');
reader.onEntry = ({kind, digits}) => say(`${kind} ${digits}`);
