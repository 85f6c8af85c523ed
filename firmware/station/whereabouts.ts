import {isIPv4} from 'node:net';
import type {Clock, Timer} from '../base/clock.ts';
import {failure, success} from '../base/result.ts';
import type {Light} from './light.ts';
import type {Media} from './media.ts';
import type {CommandResult} from './station-control.ts';
import type {StationStatus} from './status.ts';

/** How long the light and the chirps show where the station is, before its address is said; ms. */
const LOCATE_TIME = 15_000;
const CHIRP_TIME = 2_000;

/** Shows and says where the station is: to who asks for it, and by itself as long as nobody has set it up. */
export class Whereabouts {
  readonly #light: Light;
  readonly #media: Media;
  readonly #clock: Clock;
  readonly #network: () => StationStatus['network'];
  readonly #inCall: () => boolean;
  readonly #isNew: () => boolean;
  #introduced = false;
  #timer: Timer | undefined;

  constructor(options: {
    light: Light;
    media: Media;
    clock: Clock;
    network: () => StationStatus['network'];
    inCall: () => boolean;
    /** Whether nobody has set the station up yet. */
    isNew: () => boolean;
  }) {
    this.#light = options.light;
    this.#media = options.media;
    this.#clock = options.clock;
    this.#network = options.network;
    this.#inCall = options.inCall;
    this.#isNew = options.isNew;
  }

  /** The light goes round, it chirps, and says its address aloud. Not during a call. */
  locate(): CommandResult {
    if (this.#inCall()) return failure({code: 'busy', text: 'There is a call; hang up first'});
    this.#light.set('locate', LOCATE_TIME);
    this.#media.play('chirp');
    this.#sayAddressSoon();
    return success(undefined);
  }

  /** A button was held for long: where nobody has set the station up yet, that asks where it is. */
  heldLong(): void {
    if (this.#isNew()) this.locate();
  }

  /** The network has changed: a new station says once where it is found, as soon as it has an address. */
  introduce(): void {
    if (this.#introduced || !this.#isNew() || !this.#network()?.available) return;
    this.#introduced = true;
    this.#sayAddressSoon();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #sayAddressSoon(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(CHIRP_TIME, () => {
      const address = this.#network()?.addresses.find(isIPv4);
      if (address !== undefined && !this.#inCall()) this.#media.announce(address);
    });
  }
}
