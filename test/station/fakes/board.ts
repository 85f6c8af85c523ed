import type {InputLine, LightRing, OutputLine, Reader, ReaderEntry} from '../../../hal/hal.ts';

export class FakeInput implements InputLine {
  readonly name: string;
  active = false;
  readonly glitches = 0;
  onChange: ((active: boolean, at: number) => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  move(active: boolean, at: number): void {
    this.active = active;
    this.onChange?.(active, at);
  }
}

export class FakeOutput implements OutputLine {
  readonly name: string;
  active = false;
  onFault: (() => void) | undefined;
  broken = false;

  constructor(name: string) {
    this.name = name;
  }

  set(active: boolean): void {
    if (this.broken) throw new Error('no such line');
    this.active = active;
  }
}

export class FakeReader implements Reader {
  onEntry: ((entry: ReaderEntry) => void) | undefined;
  onState: ((fault: string | undefined) => void) | undefined;
  closed = false;

  close(): void {
    this.closed = true;
  }
}

export class FakeRing implements LightRing {
  readonly count: number;
  readonly frames: Uint8Array[] = [];
  /** How bright the last one was to look. */
  brightness: number | undefined;

  constructor(count = 16) {
    this.count = count;
  }

  show(frame: Uint8Array, brightness: number): void {
    this.frames.push(frame.slice());
    this.brightness = brightness;
  }
}
