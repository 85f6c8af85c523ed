import type {BoardDefinition} from '../board-definition.ts';
import {DebouncedInput} from '../gpio/debounced-input.ts';
import type {Board, Clock, Timer} from '../hal.ts';
import {SimulatedLightRing} from './simulated-light-ring.ts';
import {SimulatedOutput} from './simulated-output.ts';

/**
 * A whole board in software. Its inputs move as contacts do and go through the same debouncing as those of a
 * real board; its outputs and its light keep what they were last set to.
 */
export class SimulatedBoard implements Board {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, DebouncedInput>;
  readonly outputs: ReadonlyMap<string, SimulatedOutput>;
  readonly light: SimulatedLightRing | undefined;
  readonly #clock: Clock;
  readonly #closedAtRest: ReadonlySet<string>;
  /** The release of each input that a simulated finger holds. */
  readonly #releases = new Map<string, Timer>();

  constructor(definition: BoardDefinition, clock: Clock) {
    this.name = definition.name;
    this.#clock = clock;
    this.inputs = new Map(
      definition.inputs.map((input) => [
        input.name,
        new DebouncedInput(input.name, {...input, initial: input.closedAtRest === true}, clock),
      ]),
    );
    this.#closedAtRest = new Set(
      definition.inputs.filter(({closedAtRest}) => closedAtRest).map(({name}) => name),
    );
    this.outputs = new Map(
      definition.outputs.map(({name, inverted}) => [name, new SimulatedOutput(name, inverted)]),
    );
    const {light} = definition;
    this.light = light?.kind === 'simulated' ? new SimulatedLightRing(light.count) : undefined;
  }

  /**
   * Holds an input down for `milliseconds`; one that is closed at rest is opened for as long. A press while it is held
   * restarts the time.
   * @throws Error for an input that the board does not have.
   */
  readonly press = (input: string, milliseconds: number): void => {
    const line = this.#line(input);
    this.#releases.get(input)?.cancel();
    const rest = this.#closedAtRest.has(input);
    line.level(!rest);
    this.#releases.set(
      input,
      this.#clock.after(milliseconds, () => {
        this.#releases.delete(input);
        line.level(rest);
      }),
    );
  };

  /** Puts a raw level on an input's contact, as a bouncing or a faulty one would. */
  setLevel(input: string, active: boolean): void {
    this.#line(input).level(active);
  }

  close(): void {
    for (const timer of this.#releases.values()) timer.cancel();
    for (const input of this.inputs.values()) input.close();
    for (const output of this.outputs.values()) output.close();
  }

  #line(name: string): DebouncedInput {
    const line = this.inputs.get(name);
    if (line === undefined) throw new Error(`the board ${this.name} has no input ${name}`);
    return line;
  }
}
