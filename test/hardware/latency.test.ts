import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';
import {GpioSim} from './support/gpio-sim.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));
const PRESSES = 15;

test('how long it takes from the edge at a button to the INVITE, debouncing among it, is told', async (context) => {
  const sim = GpioSim.make(context);
  const arrivals: number[] = [];
  const phone = createSocket('udp4');
  phone.bind(0, '127.0.0.1');
  await once(phone, 'listening');
  context.onTestFinished(() => void phone.close());
  phone.on('message', (message, {port, address}) => {
    const text = message.toString();
    if (!text.startsWith('INVITE ')) return;
    arrivals.push(performance.now());
    phone.send(busy(text), port, address);
  });
  const station = await TestStation.start(
    startRun(context),
    {
      board: 'virtual-machine',
      buttons: [{name: 'bell', input: 'button-1', call: [`sip:desk@127.0.0.1:${phone.address().port}`]}],
    },
    {program: bundle},
  );
  const taken: number[] = [];
  for (let press = 0; press < PRESSES; press += 1) {
    await station.waitForState('idle');
    arrivals.length = 0;
    const edge = performance.now();
    sim.pull('GPIO17', 'down');
    await vi.waitUntil(() => arrivals.length > 0, 20_000);
    taken.push(arrivals[0]! - edge);
    sim.pull('GPIO17', 'up');
    // Until the next press counts.
    await wait(400);
  }
  taken.sort((a, b) => a - b);
  const at = (part: number) => taken[Math.ceil(part * taken.length) - 1]!.toFixed(1);
  console.log(`edge to INVITE, 20 ms of debouncing among it: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  expect(taken).toHaveLength(PRESSES);
});

/** 486 to an INVITE. */
function busy(invite: string): string {
  const headers = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
    (name) => new RegExp(`^${name}: .*$`, 'im').exec(invite)![0],
  );
  const tagged = headers.map((header) => (header.startsWith('To') ? `${header};tag=desk` : header));
  return ['SIP/2.0 486 Busy Here', ...tagged, 'Content-Length: 0', '', ''].join('\r\n');
}
