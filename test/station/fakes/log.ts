import type {Log} from '../../../firmware/station/log.ts';

export class FakeLog implements Log {
  readonly lines: string[] = [];

  info(text: string): void {
    this.lines.push(text);
  }

  warn(text: string): void {
    this.lines.push(text);
  }

  error(text: string): void {
    this.lines.push(text);
  }
}
