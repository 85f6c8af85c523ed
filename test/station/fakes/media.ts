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

  play(sound: string): void {
    this.sounds.push(sound);
  }
}
