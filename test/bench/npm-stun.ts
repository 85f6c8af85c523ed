import {createRequire} from 'node:module';

/** A message as npm `stun` has it. */
export interface NpmStunMessage {
  addSoftware(text: string): void;
  addXorAddress(address: string, port: number): void;
  addMessageIntegrity(key: string): void;
  addFingerprint(): void;
  getXorAddress(): {address: string; port: number};
}

interface NpmStun {
  readonly constants: {readonly STUN_BINDING_RESPONSE: number};
  createMessage(type: number): NpmStunMessage;
  encode(message: NpmStunMessage): Buffer;
  decode(bytes: Buffer): NpmStunMessage;
  validateFingerprint(message: NpmStunMessage): boolean;
  validateMessageIntegrity(message: NpmStunMessage, key: string): boolean;
}

const require = createRequire(import.meta.url);

/** npm `stun`, the peer of these benchmarks; it has no types of its own. */
export const npmStun = require('stun') as NpmStun;
