import type {Result} from '../../firmware/base/result.ts';
import type {Installer, Refusal} from '../../firmware/update/installer.ts';

/** Two slots, of which a test chooses the one that runs. */
export class FakeInstaller implements Installer {
  booted = 'A';
  /** Which the next boot takes; undefined: the one that runs. */
  next: string | undefined;
  /** While it installs RAUC does not tell its slots. */
  busy = false;
  good: string[] = [];
  asked: string[] = [];
  finish: ((outcome: Result<undefined, Refusal>) => void) | undefined;
  progress: ((percent: number) => void) | undefined;

  async slots() {
    if (this.busy) throw new Error('RAUC is busy');
    return {booted: this.booted, next: this.next ?? this.booted};
  }

  install(source: string, onProgress: (percent: number) => void): Promise<Result<undefined, Refusal>> {
    this.asked.push(source);
    this.progress = onProgress;
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  async markGood(): Promise<void> {
    this.good.push(this.booted);
  }
}

/** Lets all that waits for nothing but promises go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
