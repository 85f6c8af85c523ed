import {spawn} from 'node:child_process';
import {failure, type Result, success} from '../base/result.ts';
import type {Installer} from './installer.ts';

const PROGRAM = 'rauc';
/** An installation that makes no progress for so long is given up; ms. */
const PATIENCE = 300_000;
/** Of what the program writes, so much is kept; characters. */
const MAX_OUTPUT = 64 * 1024;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** RAUC, by its program, which asks its service: that may be allowed to a user who is not root. */
export class Rauc implements Installer {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
  }

  /** RAUC on this machine, if it knows of slots here. */
  static async find(environment?: NodeJS.ProcessEnv): Promise<Rauc | undefined> {
    const rauc = new Rauc(environment);
    try {
      await rauc.slots();
      return rauc;
    } catch {
      return undefined;
    }
  }

  async slots(): Promise<{booted: string; next: string}> {
    const {code, output} = await this.#run(['status', '--output-format=json']);
    if (code !== 0) throw new Error(`RAUC does not tell its slots: ${lastLine(output)}`);
    return readSlots(output);
  }

  async install(source: string, onProgress: (percent: number) => void): Promise<Result<undefined, string>> {
    const {code, output} = await this.#run(['install', source], (text) => {
      const percent = text.match(/^\s*(\d{1,3})% /gm)?.at(-1);
      if (percent !== undefined) onProgress(Math.min(100, Number.parseInt(percent, 10)));
    });
    return code === 0 ? success(undefined) : failure(whyRefused(output));
  }

  async markGood(): Promise<void> {
    const {code, output} = await this.#run(['status', 'mark-good']);
    if (code !== 0) throw new Error(`RAUC does not mark the slot good: ${lastLine(output)}`);
  }

  #run(words: string[], onOutput?: (text: string) => void): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(PROGRAM, words, {
        env: {...this.#environment, LC_ALL: 'C'},
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      let timer: NodeJS.Timeout;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      };
      const take = (text: string) => {
        wait();
        output = `${output}${text}`.slice(-MAX_OUTPUT);
        onOutput?.(text);
      };
      wait();
      child.stdout.setEncoding('utf8').on('data', take);
      child.stderr.setEncoding('utf8').on('data', take);
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({code: code ?? -1, output});
      });
    });
  }
}

/** The slots in what `rauc status --output-format=json` writes. @throws Error */
export function readSlots(output: string): {booted: string; next: string} {
  const {booted, boot_primary, slots} = JSON.parse(output.slice(output.indexOf('{'))) as {
    booted?: unknown;
    boot_primary?: unknown;
    slots?: unknown;
  };
  const named = (Array.isArray(slots) ? slots : []).flatMap((one: object) => Object.entries(one));
  const primary = named.find(([name]) => name === boot_primary)?.[1] as {bootname?: unknown} | undefined;
  if (typeof booted !== 'string' || booted === '') throw new Error('RAUC does not know which slot runs');
  const next = primary?.bootname;
  return {booted, next: typeof next === 'string' ? next : booted};
}

/** What RAUC says on its last line of error, and what that means for whoever gave it the bundle. */
export function whyRefused(output: string): string {
  const said = /LastError: (.*)/.exec(output)?.[1] ?? lastLine(output);
  const [meaning] = meanings.find(([, pattern]) => pattern.test(said)) ?? [];
  return meaning === undefined ? `It cannot be installed: ${said}` : meaning;
}

const meanings: readonly (readonly [string, RegExp])[] = [
  ['It is for another kind of board.', /compatible/i],
  ['Its signature is not one that this station trusts.', /signature|verify|certificate|self.signed|signer/i],
  ['It cannot be fetched from there.', /nbd|curl|HTTP|resolve host|connect/i],
  [
    'It is damaged, or no update bundle.',
    /bundle identifier|squashfs|truncat|magic|size|format|hash|header|verity/i,
  ],
];

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 300) || 'it says nothing';
}
