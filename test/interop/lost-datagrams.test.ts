import {expect, test} from 'vitest';
import {NatNetwork, requireNetworks} from '../support/nat-network.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

/** The first words of the messages of the latest call which fit, in their order. */
async function messages(station: TestStation, direction: 'in' | 'out', wanted: RegExp): Promise<string[]> {
  return (await station.ladder())
    .filter((one) => one.direction === direction && wanted.test(one.message))
    .map(({message}) =>
      message
        .split(' ', 2)
        .join(' ')
        .replace(/ sip:.*/, ''),
    );
}

test('a real network loses the 200, the ACK and the BYE: the call is up, and ends on both sides', async (context) => {
  await requireNetworks(context);
  const run = startRun(context);
  const network = await NatNetwork.create(run);
  const {inside, outside} = network;
  const phone = await TestStation.start(
    run,
    {
      name: 'Phone',
      sip: {listen: [`udp:${outside.address}:5060`]},
      answer: {mode: 'automatic', from: ['any']},
    },
    {host: outside},
  );
  const door = await TestStation.start(run, {sip: {listen: ['udp:0.0.0.0:5060']}}, {host: inside});
  await network.loseFirst('SIP/2.0 200', 'ACK ', 'BYE ');
  await door.dial(`sip:phone@${outside.address}`);
  await phone.waitForState('talking');
  await phone.process.waitUntil('the ACK has come', async () =>
    (await messages(phone, 'in', /^ACK/)).includes('ACK'),
  );
  expect(await messages(phone, 'out', /^SIP\/2\.0 200/)).toEqual(Array(3).fill('SIP/2.0 200'));
  expect(await messages(door, 'in', /^SIP\/2\.0 200/)).toEqual(Array(2).fill('SIP/2.0 200'));
  expect(await messages(door, 'out', /^ACK/)).toEqual(['ACK', 'ACK']);
  expect(await Promise.all([door.state(), phone.state()])).toEqual(['talking', 'talking']);
  await door.hangUp();
  await phone.waitForState('idle');
  expect(await messages(door, 'out', /^BYE/)).toEqual(['BYE', 'BYE']);
  expect(await messages(phone, 'in', /^BYE/)).toEqual(['BYE']);
  expect((await door.waitForEntry('call-ended'))['result']).toBe('answered');
});
