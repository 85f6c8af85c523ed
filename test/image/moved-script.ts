import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

const scripts = new URL('../../tools/image/root/usr/lib/doorline-board/', import.meta.url);

/**
 * A script of the image, to be run here: in a folder of the test's own, with other places for the files that it names, and with
 * functions of the shell in the place of programs.
 */
export class MovedScript {
  readonly folder = mkdtempSync(join(tmpdir(), 'doorline-script-'));
  readonly #text: string;

  /** @param places a path for each that the script has, from the folder on. @throws Error where the script does not have one. */
  constructor(name: string, places: Readonly<Record<string, string>>) {
    onTestFinished(() => rmSync(this.folder, {recursive: true}));
    this.#text = Object.entries(places).reduce(
      (text, [path, place]) => {
        if (!text.includes(path)) throw new Error(`${name} has no ${path}`);
        return text.replaceAll(path, place);
      },
      readFileSync(new URL(name, scripts), 'utf8'),
    );
  }

  /** Runs it behind `functions`, and returns the lines that it said. */
  run(functions: string): string[] {
    writeFileSync(join(this.folder, 'script'), `${functions}\n${this.#text}`);
    return execFileSync('sh', ['script'], {cwd: this.folder, encoding: 'utf8'}).trim().split('\n');
  }
}
