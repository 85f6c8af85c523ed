import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import * as v from 'valibot';
import {makeFolder, syncFolder, writeWhole} from '../base/write-whole.ts';

const record = v.object({
  /** The slot that ran when the update was installed. */
  from: v.string(),
  /** The boot in which that was. */
  boot: v.string(),
  /** While it is being installed: what it is called in the journal. */
  installing: v.optional(v.string()),
  /** It was told as refused, but may be installed all the same: a slot that appears later is on trial like any other. */
  givenUp: v.optional(v.boolean()),
  /** Whether the sound card worked then: if so, the update has to open it too. */
  sound: v.optional(v.boolean()),
});

/** That an update is being installed, or was, kept until it is known what became of it. */
export type UpdateRecord = v.InferOutput<typeof record>;

/** Keeps an `UpdateRecord` over the restart. */
export class UpdateMemory {
  readonly #folder: string;

  /** `folder` is the data folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get record(): UpdateRecord | undefined {
    try {
      const read = v.safeParse(record, JSON.parse(readFileSync(this.#file, 'utf8')));
      return read.success ? read.output : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws NodeJS.ErrnoException */
  keep(one: UpdateRecord): void {
    makeFolder(this.#folder, 0o700);
    writeWhole(this.#file, `${JSON.stringify(one)}\n`);
  }

  /** For good: a record that came back would put a slot on trial once more. @throws NodeJS.ErrnoException */
  forget(): void {
    if (!existsSync(this.#file)) return;
    rmSync(this.#file);
    syncFolder(this.#folder);
  }

  get #file(): string {
    return join(this.#folder, 'update.json');
  }
}
