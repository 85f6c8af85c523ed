/**
 * A child process of the kill test: appends as fast as commits allow, and prints each number once it is told.
 */
import {writeSync} from 'node:fs';
import {systemClock} from '../../firmware/base/clock.ts';
import {Database} from '../../firmware/station/database.ts';
import {Journal} from '../../firmware/station/journal.ts';

const [file] = process.argv.slice(2);
const log = {info: () => {}, warn: () => {}, error: (text: string) => writeSync(2, `${text}\n`)};
const database = new Database({file: file!, clock: systemClock, log});
const journal = new Journal({database, clock: systemClock});
journal.onAppended = (seq) => writeSync(1, `${seq}\n`);

function append(): void {
  journal.append({kind: 'door-closed', door: 'front'});
  setTimeout(append, 1);
}
append();
