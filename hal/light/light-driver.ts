import type {LightRing} from '../hal.ts';

/** A light of the board, which has to be given back. */
export interface LightDriver extends LightRing {
  /** Dark, and given back. Nothing moves it afterwards. */
  close(): void;
}
