import type {SoundFault, SoundHalf} from '../hal.ts';
import {DeviceError} from './device-error.ts';
import type {Half} from './direction.ts';

/** A microphone or loudspeaker that may be missing, go and come again: another takes its place meanwhile. */
export class LastingHalf<Kind extends Half> {
  /** The device, or what takes its place. */
  current: Kind;
  readonly #device: string;
  readonly #open: () => Kind;
  readonly #standIn: Kind;
  #fault: SoundFault | undefined;
  /** Of devices that are closed by now. */
  #xrunsBefore = 0;

  /** `device`: as the configuration calls it. @throws HardwareError where it is nothing that may come later. */
  constructor(device: string, open: () => Kind, standIn: Kind) {
    this.#device = device;
    this.#open = open;
    this.#standIn = standIn;
    this.current = standIn;
    this.#try();
  }

  get state(): SoundHalf {
    const fault = this.#fault ?? this.current.fault ?? null;
    return {
      device: this.#device,
      rate: fault === null ? this.current.rate : null,
      fault,
      xruns: this.#xrunsBefore + (this.current === this.#standIn ? 0 : this.current.xruns),
    };
  }

  /** Looks after the device; returns whether it has come or gone. */
  refresh(): boolean {
    this.current.check();
    if (this.#fault === undefined && this.current.fault === undefined) return false;
    const had = this.current;
    if (had !== this.#standIn) {
      this.#fault = had.fault;
      this.#xrunsBefore += had.xruns;
      had.close();
      this.current = this.#standIn;
    }
    this.#try();
    return this.current !== had;
  }

  close(): void {
    this.current.close();
  }

  #try(): void {
    try {
      this.current = this.#open();
      this.#fault = undefined;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#fault = error.fault;
    }
  }
}
