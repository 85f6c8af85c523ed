import {createInterface, type Interface} from 'node:readline/promises';
import {Writable} from 'node:stream';
import type {Ask} from './setup-file.ts';

/** Asks at the terminal. `close` gives it back. */
export interface Terminal {
  readonly ask: Ask;
  close(): void;
}

/** The terminal of this process. An interrupt while it asks rejects with `reason` of `stop`. */
export function openTerminal(stop: AbortSignal): Terminal {
  let silent = false;
  const screen = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!silent) process.stdout.write(chunk);
      done();
    },
  });
  const reader: Interface = createInterface({input: process.stdin, output: screen, terminal: true});
  // While a line is read, the terminal tells of Ctrl-C by a key and not by a signal.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return {
    async ask(question, kind) {
      try {
        const answer = reader.question(`${question} `, {signal: stop});
        // From now on, when the question has been shown.
        silent = kind === 'secret';
        return (await answer).trim();
      } catch (error) {
        stop.throwIfAborted();
        throw error;
      } finally {
        if (silent) process.stdout.write('\n');
        silent = false;
      }
    },
    close: () => reader.close(),
  };
}
