import {expect, test} from 'vitest';
import {type Correlation, correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Kamailio} from '../support/peers/kamailio.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Rtpengine} from '../support/peers/rtpengine.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';

/** The harness proves itself: the peers among each other, without Doorline. */
const visitor = makeSpeech(3, 1);
const resident = makeSpeech(3, 2);

test('baresip calls baresip: both hear each other, and keys arrive', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const caller = await Baresip.start(run, {user: 'door', says: visitor});
  const callee = await Baresip.start(run, {user: 'kitchen', says: resident});
  await caller.dial(callee.uri);
  await callee.waitFor('CALL_INCOMING');
  await callee.accept();
  await caller.waitFor('CALL_ESTABLISHED');
  await callee.sendDigits('7#');
  await callee.process.waitUntil('the keys arrive', () => caller.digitsHeard === '7#');
  await Promise.all([caller.waitUntilHeard(3), callee.waitUntilHeard(3)]);
  await caller.hangUp();
  await Promise.all([caller.waitFor('CALL_CLOSED'), callee.waitFor('CALL_CLOSED')]);
  expectClean(correlate(resident, caller.heard()!));
  expectClean(correlate(visitor, callee.heard()!));
});

test('baresip calls through Kamailio with digest, media through rtpengine', async (context) => {
  requirePeers(context, 'baresip', 'kamailio', 'rtpengine');
  const run = startRun(context);
  const relay = await Rtpengine.start(run);
  const {domain, port} = await Kamailio.start(run, {users: {door: 'one', kitchen: 'two'}, relay});
  const caller = await Baresip.start(run, {
    user: 'door',
    says: visitor,
    registrar: {domain, port, password: 'one'},
  });
  const callee = await Baresip.start(run, {
    user: 'kitchen',
    says: resident,
    registrar: {domain, port, password: 'two'},
    autoAnswer: true,
  });
  await caller.dial(`sip:kitchen@${domain}`);
  await Promise.all([caller.waitUntilHeard(3), callee.waitUntilHeard(3)]);
  await callee.hangUp();
  await Promise.all([caller.waitFor('CALL_CLOSED'), callee.waitFor('CALL_CLOSED')]);
  expectClean(correlate(resident, caller.heard()!));
  expectClean(correlate(visitor, callee.heard()!));
});

test('Kamailio refuses a wrong password', async (context) => {
  requirePeers(context, 'baresip', 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users: {door: 'one'}});
  const registrar = {domain, port, password: 'guessed'};
  const phone = Baresip.start(run, {user: 'door', says: visitor, registrar, startTimeout: 1000});
  await expect(phone).rejects.toThrow(/it is registered: not within/);
});

test('baresip calls linphonec through Kamailio: both hear each other, and keys arrive', async (context) => {
  requirePeers(context, 'baresip', 'linphonec', 'kamailio');
  const run = startRun(context);
  const {domain, port} = await Kamailio.start(run, {users: {door: 'one', kitchen: 'two'}});
  const caller = await Baresip.start(run, {
    user: 'door',
    says: visitor,
    registrar: {domain, port, password: 'one'},
  });
  const callee = await Linphone.start(run, {
    user: 'kitchen',
    says: resident,
    registrar: {domain, port, password: 'two'},
  });
  await caller.dial(`sip:kitchen@${domain}`);
  await callee.waitForCall();
  callee.answer();
  await callee.talk();
  callee.sendDigits('7');
  await caller.waitFor('CALL_DTMF_START');
  expect(caller.digitsHeard).toBe('7');
  await caller.waitUntilHeard(3);
  callee.hangUp();
  await caller.waitFor('CALL_CLOSED');
  await callee.waitForEnd();
  expectClean(correlate(resident, caller.heard()!));
  // Its own playout stretches time a little to follow the sender's clock.
  expect(correlate(visitor, callee.heard()!).value).toBeGreaterThan(0.8);
});

test('sipp calls sipp', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const callee = await Sipp.start(run, {scenario: 'uas', calls: 3});
  const caller = await Sipp.start(run, {
    scenario: 'uac',
    target: callee.port,
    calls: 3,
    callMilliseconds: 20,
  });
  const good = {exitCode: 0, successful: 3, failed: 0, errors: ''};
  expect(await caller.result()).toEqual(good);
  expect(await callee.result()).toEqual(good);
});

function expectClean({value, seconds}: Correlation): void {
  expect(value).toBeGreaterThan(0.99);
  expect(seconds).toBeGreaterThan(2);
}
