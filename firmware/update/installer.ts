import type {Result} from '../base/result.ts';

/** Why an update was not installed. Nothing has changed then, but where it is unfinished. */
export interface Refusal {
  /** In plain words. */
  readonly reason: string;
  /** The bundle itself is at fault, and would be refused again; otherwise it may be worth another try. */
  readonly lasting: boolean;
  /** It was given up, and may be installed all the same. */
  readonly unfinished?: boolean;
}

/** What puts an update where the next boot finds it: RAUC, or what a test hands in. */
export interface Installer {
  /** The slot that runs, such as `A`, and the one that the next boot takes. Rejects where it cannot be told, as while something is installed. */
  slots(): Promise<{readonly booted: string; readonly next: string}>;
  /** Installs a bundle, a file or a URL, into the slot that does not run. `onProgress` is told the percentage. */
  install(source: string, onProgress: (percent: number) => void): Promise<Result<undefined, Refusal>>;
  /** Says that the slot that runs is good, so that it stays. Rejects where it cannot. */
  markGood(): Promise<void>;
}
