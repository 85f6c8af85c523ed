import type {Clock, Timer} from '../base/clock.ts';
import type {CallResult} from './call-record.ts';
import type {CallMedia, Media, Sound} from './media.ts';

/** The ringback tone waits until the beep of the button is over; ms. */
const AFTER_BEEP = 300;

/** What is heard at the station's own speaker in the course of a call. */
export class CallSounds {
  readonly #media: Media;
  readonly #clock: Clock;
  /** Runs until the ringback tone begins. */
  #beep: Timer | undefined;
  #ringback = false;
  #earlyMedia = false;

  constructor(options: {media: Media; clock: Clock}) {
    this.#media = options.media;
    this.#clock = options.clock;
  }

  /** The button was pressed: at once, before anything that takes time. */
  press(): void {
    this.#media.play('press');
  }

  /** The station calls. The tone begins soon, not when the first phone rings: silence would seem a fault. */
  calling(): void {
    this.#beep = this.#clock.after(AFTER_BEEP, () => this.#startRingback());
  }

  /** The other side rings; it may have something to say before it answers, in place of the tone. */
  remoteRings(session: CallMedia | undefined): void {
    if (session) {
      this.#stopRingback();
      this.#media.attach(session);
    } else if (this.#earlyMedia) {
      this.#media.attach(undefined);
      this.#startRingback();
    }
    this.#earlyMedia = session !== undefined;
  }

  /** Somebody calls and waits for an answer here. */
  ringing(): void {
    this.#startRingback();
  }

  /** A call is up. */
  talking(session: CallMedia | undefined): void {
    this.#stopRingback();
    this.#earlyMedia = false;
    this.#media.attach(session);
    this.#media.play('talk');
  }

  /** The call goes on with somebody else: nothing is to be heard of it but the other voice. */
  moved(session: CallMedia | undefined): void {
    this.#stopRingback();
    this.#earlyMedia = false;
    this.#media.attach(session);
  }

  /** Who was talked to is gone, and somebody else is to answer; it may have something to say before. */
  waiting(session: CallMedia | undefined): void {
    this.#media.attach(session);
    this.#earlyMedia = session !== undefined;
    if (!session) this.#startRingback();
  }

  /** The talking time is nearly over. */
  ending(): void {
    this.#media.play('ending');
  }

  /** A call is over. */
  over(result: CallResult): void {
    this.#stopRingback();
    this.#earlyMedia = false;
    this.#media.attach(undefined);
    const sound = soundOf(result);
    if (sound) this.#media.play(sound);
  }

  #startRingback(): void {
    this.#ringback = true;
    this.#media.play('ringback');
  }

  /** Only the tone is stopped: a beep or the sound of the door may go on to its end. */
  #stopRingback(): void {
    this.#beep?.cancel();
    if (this.#ringback) this.#media.play('stop');
    this.#ringback = false;
  }
}

/** What tells of a call's end, as networks do: special information for what is not the time's or the way's fault. */
function soundOf(result: CallResult): Sound | undefined {
  switch (result) {
    case 'answered':
    case 'cancelled':
      return undefined;
    case 'busy':
    case 'refused':
      return 'busy';
    case 'unreachable':
      return 'congestion';
    default:
      return 'error';
  }
}
