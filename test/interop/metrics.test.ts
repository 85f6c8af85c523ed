import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

test('the figures of a station that runs follow what it does', async (context) => {
  const run = startRun(context);
  const station = await TestStation.start(run, {name: 'Gate', doors: [{name: 'front', output: 'relay-1'}]});
  const figures = async () => (await fetch(`${station.url}/metrics`)).text();
  expect(await figures()).toMatch(/^doorline_state\{state="idle"\} 1$/m);
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  run.atEnd(() => void silent.close());
  await station.dial(`sip:nobody@127.0.0.1:${silent.address().port}`);
  await station.send('POST', '/api/doors/front/open');
  const busy = await figures();
  expect(busy).toMatch(/^doorline_state\{state="calling"\} 1$/m);
  expect(busy).toMatch(/^doorline_door_open\{door="front"\} 1$/m);
  await station.hangUp();
  await station.waitForState('idle');
  expect(await figures()).toMatch(/^doorline_calls_total\{direction="outgoing",result="cancelled"\} 1$/m);
});
