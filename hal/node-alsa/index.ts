/** ALSA sound for Node, over libasound.so.2 by FFI. See README.md. */
export {type Card, type Device, listCards, listDevices} from './cards.ts';
export {AlsaError, Errno} from './error.ts';
export {Pcm, type PcmOptions, type PcmStream} from './pcm.ts';
