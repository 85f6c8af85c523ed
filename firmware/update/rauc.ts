import {spawn} from 'node:child_process';
import {failure, type Result, success} from '../base/result.ts';
import type {Installer, Refusal} from './installer.ts';
import {shownSource, updateUrl} from './shown-source.ts';

const PROGRAM = 'rauc';
/** An installation that makes no progress for so long is given up; ms. */
const PATIENCE = 300_000;
/** A question has to be answered in so long: its service may have to start first; ms. */
const ANSWER = 20_000;
/** Of what the program writes, so much is kept; characters. */
const MAX_OUTPUT = 64 * 1024;

interface Outcome {
  /** Exit status; undefined where it was given up. */
  readonly code: number | undefined;
  /** All that it wrote, in the order of its coming. */
  readonly output: string;
  /** What of that was no error. */
  readonly answer: string;
}

/** RAUC, by its program, which asks its service: that may be allowed to a user who is not root. */
export class Rauc implements Installer {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #answer: number;

  /** `answer` is how long a question may take; ms. */
  constructor(environment: NodeJS.ProcessEnv = process.env, answer = ANSWER) {
    this.#environment = environment;
    this.#answer = answer;
  }

  /** RAUC on this machine, if it knows of slots here. While it installs it does not tell them. */
  static async find(environment?: NodeJS.ProcessEnv, answer?: number): Promise<Rauc | undefined> {
    const rauc = new Rauc(environment, answer);
    try {
      await rauc.slots();
      return rauc;
    } catch (error) {
      return error instanceof Busy ? rauc : undefined;
    }
  }

  async slots(): Promise<{booted: string; next: string}> {
    const {code, output, answer} = await this.#run(['status', '--output-format=json'], this.#answer);
    if (code !== 0 && BUSY.test(output)) throw new Busy(busy.reason);
    if (code !== 0) throw new Error(`RAUC does not tell its slots: ${lastLine(output)}`);
    return readSlots(answer);
  }

  async install(source: string, onProgress: (percent: number) => void): Promise<Result<undefined, Refusal>> {
    const {code, output} = await this.#run(['install', source], PATIENCE, (text) => {
      const percent = text.match(/^\s*(\d{1,3})% /gm)?.at(-1);
      if (percent !== undefined) onProgress(Math.min(100, Number.parseInt(percent, 10)));
    });
    if (code === 0) return success(undefined);
    return failure(code === undefined ? stuck : whyRefused(output, source));
  }

  async markGood(): Promise<void> {
    const {code, output} = await this.#run(['status', 'mark-good'], this.#answer);
    if (code !== 0) throw new Error(`RAUC does not mark the slot good: ${lastLine(output)}`);
  }

  /** Runs the program to its end, or until it has written nothing for `patience` ms. */
  #run(words: string[], patience: number, onOutput?: (text: string) => void): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(PROGRAM, words, {
        env: {...this.#environment, LC_ALL: 'C'},
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [output, answer] = ['', ''];
      let timer: NodeJS.Timeout;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => child.kill('SIGKILL'), patience);
      };
      const take = (text: string) => {
        wait();
        output = `${output}${text}`.slice(-MAX_OUTPUT);
        onOutput?.(text);
      };
      wait();
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        answer = `${answer}${text}`.slice(-MAX_OUTPUT);
        take(text);
      });
      child.stderr.setEncoding('utf8').on('data', take);
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({code: code ?? undefined, output, answer});
      });
    });
  }
}

/** The slots in what `rauc status --output-format=json` writes. @throws Error */
export function readSlots(output: string): {booted: string; next: string} {
  const {booted, boot_primary, slots} = JSON.parse(output) as {
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

/**
 * What RAUC says on its last line of error, and what that means for whoever gave it the bundle. Where that was is left out: its
 * name must not be taken for a reason, and may hold a password.
 */
export function whyRefused(output: string, source: string): Refusal {
  const said = /LastError: (.*)/.exec(output)?.[1] ?? lastLine(output);
  const shown = updateUrl(source) === undefined ? source : shownSource(source);
  const reason = said.replaceAll(source, '…');
  const [meaning] = meanings.find(([, pattern]) => pattern.test(reason)) ?? [];
  return meaning ?? {reason: `It cannot be installed: ${said.replaceAll(source, shown)}`, lasting: false};
}

const stuck: Refusal = {
  reason: 'RAUC made no progress for five minutes and was given up. Start the board anew, and try again.',
  lasting: false,
  unfinished: true,
};

const BUSY = /already processing|rauc busy/i;
const busy: Refusal = {
  reason: 'RAUC is busy with another update. Wait until that is done.',
  lasting: false,
};

/** It installs, and answers nothing else meanwhile. */
class Busy extends Error {}

const meanings: readonly (readonly [Refusal, RegExp])[] = [
  [{reason: 'It is for another kind of board.', lasting: true}, /compatible/i],
  [
    {reason: 'It is too large for the slots of this board.', lasting: true},
    /does not fit|too large|slot.*too small/i,
  ],
  [busy, BUSY],
  [
    {
      reason:
        'It cannot be fetched from there. Look whether the address is right, and reached from the board.',
      lasting: false,
    },
    /download|transfer failed|nbd|curl|HTTP|SSL|resolve host|streaming/i,
  ],
  [
    {reason: 'Its signature is not one that this station trusts.', lasting: true},
    /signature verif|verify error|certificate|self.signed|signer/i,
  ],
  [{reason: 'There is no such file.', lasting: false}, /no such file/i],
  [
    {reason: 'It is damaged, or no update bundle.', lasting: true},
    /identifier|signature (size|from)|payload|squashfs|truncat|magic|bundle format|hash|verity|corrupt/i,
  ],
];

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.slice(0, 300) || 'it says nothing';
}
