import {deepStrictEqual} from 'node:assert/strict';
import {mappedAddress, type SocketAddress} from '../../firmware/stun/attributes/address.ts';
import {hasFingerprint} from '../../firmware/stun/attributes/fingerprint.ts';
import {hasIntegrity} from '../../firmware/stun/attributes/integrity.ts';
import {IntegrityKey} from '../../firmware/stun/integrity-key.ts';
import {readMessage} from '../../firmware/stun/message.ts';
import type {BenchRow} from './bench-row.ts';
import {measureInterleaved} from './interleaved.ts';
import {npmStun} from './npm-stun.ts';

const goal = 20;
const password = 'VOkJxbRl1RmTxUk/WvJxBt';
const address: SocketAddress = {address: '192.0.2.1', port: 32853};

/** Responses that npm `stun` wrote itself, so that it can verify them too. */
function responses(): Buffer[] {
  return ['Doorline', 'a test server', 'STUN server 4.6.2'].map((software) => {
    const message = npmStun.createMessage(npmStun.constants.STUN_BINDING_RESPONSE);
    message.addSoftware(software);
    message.addXorAddress(address.address, address.port);
    message.addMessageIntegrity(password);
    message.addFingerprint();
    return npmStun.encode(message);
  });
}

function verify(bytes: Uint8Array, key: IntegrityKey): SocketAddress | undefined {
  const read = readMessage(bytes);
  if (!read.ok || !hasFingerprint(read.value) || !hasIntegrity(read.value, key)) return undefined;
  return mappedAddress(read.value);
}

function verifyWithNpmStun(bytes: Buffer): SocketAddress | undefined {
  const message = npmStun.decode(bytes);
  if (!npmStun.validateFingerprint(message) || !npmStun.validateMessageIntegrity(message, password))
    return undefined;
  const {address, port} = message.getXorAddress();
  return {address, port};
}

/** Keeps results alive, so that no work is optimised away. */
export let kept: unknown;

/** Verifying responses with integrity and fingerprint and reading the address, beside npm `stun` in the same run. */
export async function run(): Promise<BenchRow[]> {
  const key = new IntegrityKey(Buffer.from(password));
  const messages = responses();
  for (const bytes of messages) {
    deepStrictEqual(verify(bytes, key), address);
    deepStrictEqual(verifyWithNpmStun(bytes), address);
  }
  const batch = (work: (bytes: Buffer) => unknown) => () => {
    for (let repeat = 0; repeat < 20; repeat++) for (const bytes of messages) kept = work(bytes);
    return 20 * messages.length;
  };
  const {ours, npm} = measureInterleaved({
    ours: batch((bytes) => verify(bytes, key)),
    npm: batch(verifyWithNpmStun),
  });
  const ratio = ours / npm;
  return [
    {
      name: 'STUN: verify a response with integrity and fingerprint',
      figure: ours,
      unit: 'messages/s',
      anchor: npm,
      ratio,
      goal: `>= ${goal} x npm stun`,
      met: ratio >= goal,
    },
  ];
}
