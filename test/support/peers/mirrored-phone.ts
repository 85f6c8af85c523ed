import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Run} from '../run-folder.ts';
import {Sipp} from './sipp.ts';

const scenario = new URL('../../interop/scenarios/mirrored.xml', import.meta.url);
const mirror = fileURLToPath(new URL('../rtp-mirror-process.ts', import.meta.url));

/**
 * A telephone of SIPp, for one call of so many seconds at most, whose sound goes to a mirror: all that is said to it comes back 90 ms
 * later, packet by packet, so that nothing in it makes a delay longer. Returns its SIP address.
 */
export async function startMirroredPhone(run: Run, seconds: number): Promise<string> {
  const process = run.processes.start(globalThis.process.execPath, [mirror]);
  const [, port] = await process.waitForOutput(/^port (\d+)$/m);
  const xml = readFileSync(scenario, 'utf8').replaceAll('[mirror]', port!);
  const sipp = await Sipp.start(run, {scenario: {name: 'mirrored', xml}, seconds});
  return `sip:mirror@127.0.0.1:${sipp.port}`;
}
