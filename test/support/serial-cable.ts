import {closeSync, constants, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {peerProgram} from './peers/require.ts';
import type {RunningProcess} from './processes.ts';
import type {Run} from './run-folder.ts';

/** Two serial ports and a cable between them: pseudo-terminals that socat joins. */
export class SerialCable {
  /** The device file for who is tested. */
  readonly port: string;
  /** The device file of the other end. */
  readonly far: string;
  readonly #run: Run;
  #socat: RunningProcess | undefined;
  #descriptor: number | undefined;

  constructor(run: Run, name = 'cable') {
    this.#run = run;
    this.port = join(run.folder, name);
    this.far = join(run.folder, `${name}-far`);
    run.atEnd(() => this.#hangUp());
  }

  async plugIn(): Promise<void> {
    const ends = [this.port, this.far].map((link) => `PTY,link=${link},raw,echo=0`);
    const socat = this.#run.processes.start(peerProgram('socat'), ['-d', '-d', ...ends]);
    await socat.waitForOutput(/starting data transfer loop/);
    this.#socat = socat;
  }

  /** Both ends are gone at once, as when a USB adapter is pulled out. */
  async unplug(): Promise<void> {
    this.#hangUp();
    await this.#socat?.end();
  }

  /** From now on nothing passes, and no end is told. */
  block(): void {
    this.#socat?.signal('SIGSTOP');
  }

  /** Sends from the far end. */
  send(bytes: string | Uint8Array): void {
    this.#descriptor ??= openSync(this.far, constants.O_WRONLY | constants.O_NOCTTY);
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    for (let sent = 0; sent < buffer.length; ) sent += writeSync(this.#descriptor, buffer, sent);
  }

  #hangUp(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
