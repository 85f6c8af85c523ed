/** ALSA sound for Node, over libasound.so.2 by FFI. See README.md. */
export {type Abilities, abilitiesOf} from './abilities.ts';
export {type Card, type Device, devicesOf, listCards, listDevices} from './cards.ts';
export {AlsaError, Errno} from './error.ts';
export {type Control, type ControlSide, controlsOf, setControl} from './mixer.ts';
export {Pcm, type PcmOptions, type PcmStream} from './pcm.ts';
