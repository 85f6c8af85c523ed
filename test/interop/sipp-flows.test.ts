import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {requirePeers} from '../support/peers/require.ts';
import {Sipp, type SippResult} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

/** Call flows off the straight way, each played by SIPp from a scenario of its own against the real program. */

function scenario(name: string): {name: string; xml: string} {
  return {name, xml: readFileSync(new URL(`scenarios/${name}.xml`, import.meta.url), 'utf8')};
}

async function expectGood(sipp: Sipp, calls = 1): Promise<void> {
  const good: SippResult = {exitCode: 0, successful: calls, failed: 0, errors: ''};
  expect(await sipp.result()).toEqual(good);
}

/** The first lines of the SIP messages of the station's last call; `<` came in, `>` went out. */
async function ladderOf(station: TestStation): Promise<string[]> {
  const messages = await station.ladder();
  return messages.map(
    ({direction, message}) => `${direction === 'in' ? '<' : '>'} ${message.split(/\r?\n/, 1)[0]}`,
  );
}

test.for([
  'bye-before-ack',
  'overlapping-reinvite',
  'sequence-goes-back',
  'unknown-dialog',
  'subscribe-dialog',
  'hold',
  'two-media-lines',
  'multipart-offer',
  'session-timer',
  'refer-of-anybody',
])('SIPp calls: %s', async (name, context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const station = await TestStation.start(run, {answer: {mode: 'automatic', from: ['any']}});
  await expectGood(
    await Sipp.start(run, {scenario: scenario(name), target: station.sipPort, service: 'door', seconds: 20}),
  );
  await station.waitForState('idle');
});

test('SIPp is on the list, and passes its call on to nobody', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const station = await TestStation.start(run, {answer: {mode: 'automatic', from: ['127.0.0.1']}});
  await expectGood(
    await Sipp.start(run, {
      scenario: scenario('refer'),
      target: station.sipPort,
      service: 'door',
      seconds: 20,
    }),
  );
  expect((await station.waitForEntry('transfer-failed'))['target']).toContain('nobody@127.0.0.1');
  await station.waitForState('idle');
});

test('SIPp acknowledges late: the answer is repeated, and the call is up all the same', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const station = await TestStation.start(run, {answer: {mode: 'automatic', from: ['any']}});
  await expectGood(
    await Sipp.start(run, {
      scenario: scenario('late-ack'),
      target: station.sipPort,
      service: 'door',
      seconds: 20,
    }),
  );
  await station.waitForState('idle');
  const ladder = await ladderOf(station);
  const acknowledged = ladder.findIndex((line) => line.startsWith('< ACK'));
  const answers = ladder.slice(0, acknowledged).filter((line) => line === '> SIP/2.0 200 OK');
  expect(answers).toHaveLength(3);
  expect(ladder.slice(acknowledged).map((line) => line.slice(0, 13))).toEqual([
    '< ACK sip:doo',
    '< BYE sip:doo',
    '> SIP/2.0 200',
  ]);
});

test('SIPp is called through a fork of two branches, which both answer', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: scenario('fork-answers-twice'), seconds: 20});
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [`sip:service@127.0.0.1:${sipp.port}`]}],
  });
  await station.press();
  await station.waitForState('talking');
  await sipp.process.waitUntil('the second branch got ACK and BYE', async () =>
    (await ladderOf(station)).some((line) => line.startsWith('> BYE')),
  );
  expect(await station.state()).toBe('talking');
  await station.hangUp();
  await expectGood(sipp);
});

test('SIPp answers just when it is cancelled', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: scenario('cancel-crosses-200'), seconds: 20});
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [`sip:service@127.0.0.1:${sipp.port}`]}],
  });
  await station.press();
  await station.waitForState('ringing');
  await station.hangUp();
  await expectGood(sipp);
  await station.waitForState('idle');
});

test('SIPp answers in a reliable 183, which is confirmed by PRACK', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: scenario('reliable-183'), seconds: 20});
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [`sip:service@127.0.0.1:${sipp.port}`]}],
  });
  await station.press();
  await station.waitForState('talking');
  await station.hangUp();
  await expectGood(sipp);
});

test('SIPp as a server that challenges INVITE by its proxy and BYE by itself', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const sipp = await Sipp.start(run, {scenario: scenario('challenged-bye'), calls: 2, seconds: 20});
  const station = await TestStation.start(run, {
    sip: {
      accounts: [
        {
          name: 'house',
          uri: `sip:door@127.0.0.1:${sipp.port}`,
          user: 'door',
          password: 'sesame',
          registrar: `sip:127.0.0.1:${sipp.port}`,
        },
      ],
    },
    buttons: [{name: 'bell', input: 'button-1', call: ['101']}],
  });
  await station.waitForEntry('account-registered');
  await station.press();
  await station.waitForState('talking');
  await station.hangUp();
  await expectGood(sipp, 2);
  expect((await ladderOf(station)).at(-1)).toBe('< SIP/2.0 200 OK');
});

test('SIPp wants the body covered by the digest of an INVITE, and finds it right', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  // What it counts as its first call is the REGISTER.
  const sipp = await Sipp.start(run, {
    scenario: scenario('body-covered'),
    calls: 3,
    callsPerSecond: 10,
    seconds: 20,
  });
  const registrar = `sip:127.0.0.1:${sipp.port}`;
  const account = {name: 'house', uri: 'sip:door@home.test', password: 'door-secret', registrar};
  const station = await TestStation.start(run, {sip: {accounts: [account]}});
  await station.waitForEntry('account-registered');
  await station.dial('sip:101@home.test');
  await station.waitForState('talking');
  const asked = (await station.ladder()).find(({message}) => /^Authorization:/m.test(message));
  expect(asked!.message).toMatch(/^Authorization: .*qop=auth-int/m);
  await station.hangUp();
  await station.waitForState('idle');
});
