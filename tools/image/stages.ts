/** Tells what is being done, and how long it took. */
export class Stages {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  readonly #start: number;

  /** @param now milliseconds. */
  constructor(say: (line: string) => void, now: () => number = () => performance.now()) {
    this.#say = say;
    this.#now = now;
    this.#start = now();
  }

  /** Runs a stage; its name is a sentence without an end, such as "Base root". */
  async run<T>(name: string, stage: () => T | Promise<T>): Promise<T> {
    this.#say(`${name} ...`);
    const start = this.#now();
    const result = await stage();
    this.#say(`${name}: ${this.#seconds(start)} s`);
    return result;
  }

  /** Seconds since the first stage began. */
  get total(): string {
    return this.#seconds(this.#start);
  }

  #seconds(start: number): string {
    return ((this.#now() - start) / 1000).toFixed(1);
  }
}
