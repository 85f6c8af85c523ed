import type {Probe} from '../../../firmware/audio/sound-check.ts';
import type {CallMedia, Media} from '../../../firmware/station/media.ts';
import type {Meters} from '../../../firmware/station/station-control.ts';
import type {SoundCondition} from '../../../firmware/station/status.ts';

export class FakeMedia implements Media {
  attached: CallMedia | undefined;
  readonly sounds: string[] = [];
  onMeters: ((meters: Meters) => void) | undefined;
  onFault: ((text: string) => void) | undefined;
  sound: SoundCondition | undefined;
  onSound: ((condition: SoundCondition) => void) | undefined;

  attach(session: CallMedia | undefined): void {
    this.attached = session;
  }

  announce(address: string): void {
    this.sounds.push(`says ${address}`);
  }

  listen(milliseconds: number): void {
    this.sounds.push(`listens ${milliseconds}`);
  }

  /** Answers what the tests say that the microphone hears. */
  async probe(samples: Int16Array): Promise<Probe | undefined> {
    return this.hears(samples);
  }

  hears: (played: Int16Array) => Probe | undefined = () => undefined;

  play(sound: string): void {
    this.sounds.push(sound);
  }
}
