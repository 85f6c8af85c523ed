import {closeSync, openSync, readSync, statSync, writeSync} from 'node:fs';
import {createServer} from 'node:net';
import type {Run} from '../../support/run-folder.ts';
import {NbdConnection} from './nbd.ts';

/** What a card writes as one; what is larger may be torn (bytes). */
const SECTOR = 512;

/**
 * A card that keeps what is written to it in memory until it is told to flush, as cards and disks may. When the power is cut each
 * sector of that is kept or lost by chance, whatever was written before or after it, so that larger writes are torn.
 */
export class FickleCard {
  /** How QEMU calls it. */
  readonly drive: string;
  /** Sectors that were written and not flushed, by their number. */
  readonly #unflushed = new Map<number, Buffer>();
  readonly #file: number;
  readonly #size: number;
  #connection: NbdConnection | undefined;

  private constructor(path: string, socket: string) {
    this.#file = openSync(path, 'r+');
    this.#size = statSync(path).size;
    this.drive = `driver=raw,file.driver=nbd,file.server.type=unix,file.server.path=${socket}`;
  }

  /** @param path the file that holds what is safe. */
  static async insert(run: Run, path: string): Promise<FickleCard> {
    const socket = `${run.folder}/card.socket`;
    const card = new FickleCard(path, socket);
    const server = createServer((peer) => {
      card.#connection = new NbdConnection(peer, card.#size, card);
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    run.atEnd(() => {
      card.#connection?.close();
      server.close();
      closeSync(card.#file);
    });
    return card;
  }

  /**
   * The power is gone, and nothing comes from the board any more.
   * @param survives tells of each sector that was not flushed whether it is on the card all the same.
   * @returns how many were lost, and how many were not.
   */
  cutPower(survives: () => boolean): {lost: number; kept: number} {
    this.#connection?.close();
    const kept = [...this.#unflushed].filter(() => survives());
    const lost = this.#unflushed.size - kept.length;
    for (const [sector, bytes] of kept) writeSync(this.#file, bytes, 0, SECTOR, sector * SECTOR);
    this.#unflushed.clear();
    return {lost, kept: kept.length};
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, offset);
    for (let at = 0; at < length; at += SECTOR) {
      this.#unflushed.get((offset + at) / SECTOR)?.copy(bytes, at);
    }
    return bytes;
  }

  write(offset: number, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += SECTOR) {
      this.#unflushed.set((offset + at) / SECTOR, bytes.subarray(at, at + SECTOR));
    }
  }

  flush(): void {
    for (const [sector, bytes] of this.#unflushed) writeSync(this.#file, bytes, 0, SECTOR, sector * SECTOR);
    this.#unflushed.clear();
  }
}
