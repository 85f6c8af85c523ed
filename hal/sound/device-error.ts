import {AlsaError, Errno, listCards, type PcmStream} from 'node-alsa';
import {HardwareError, type SoundFault} from '../hal.ts';
import {nearNames} from '../near-names.ts';
import {holderOf} from './card-holder.ts';
import {cardOf} from './device-name.ts';

/** Why an ALSA device cannot be used, with what to do about it. */
export class DeviceError extends HardwareError {
  override name = 'DeviceError';
  readonly fault: SoundFault;

  constructor(fault: SoundFault) {
    super(fault.text);
    this.fault = fault;
  }
}

/** What went wrong with an ALSA device, in words that say what to do next. */
export function deviceFault(device: string, stream: PcmStream, error: unknown): SoundFault {
  if (!(error instanceof AlsaError)) return {state: 'failed', text: (error as Error).message};
  switch (error.code) {
    case Errno.missing:
    case Errno.gone:
    case Errno.noDevice:
      return {state: 'missing', text: `there is no ALSA device "${device}". ${whatIsHere(device)}`};
    case Errno.busy: {
      const holder = holderOf(device, stream);
      const by = holder === undefined ? 'another program' : `"${holder.program}" (process ${holder.pid})`;
      const text = `"${device}" is in use by ${by}. It is taken as soon as it is free: end that program, or name a device that is shared (default)`;
      return {state: 'in-use', text};
    }
    case Errno.forbidden:
      return {state: 'forbidden', text: `${error.message}. Add the user to the group "audio"`};
    case Errno.invalid:
      return {state: 'failed', text: `${error.message}. Names that start with plughw: convert`};
    default:
      return {state: 'failed', text: error.message};
  }
}

/** The cards that could be meant, the most like first. */
function whatIsHere(device: string): string {
  const ids = listCards().map(({id}) => id);
  if (ids.length === 0) return 'This machine has no sound card now; it is used as soon as it is plugged in';
  const [nearest] = nearNames(cardOf(device) ?? '', ids);
  const others = ids.map((id) => `plughw:CARD=${id}`).join(', ');
  return cardOf(device) === undefined
    ? `Cards here: ${others}`
    : `Is plughw:CARD=${nearest} meant? Cards here: ${others}`;
}
