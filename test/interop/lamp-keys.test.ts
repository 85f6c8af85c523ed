import {expect, test} from 'vitest';
import {Asterisk} from '../support/peers/asterisk.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {LampKey} from '../support/peers/lamp-key.ts';
import {requirePeers} from '../support/peers/require.ts';
import type {SippResult} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

/** Phones that show what the station is doing: they ask the server, or the station itself. */

const good: SippResult = {exitCode: 0, successful: 1, failed: 0, errors: ''};

test("Asterisk tells another phone how the station's calls go: one that it takes, one that it places", async (context) => {
  requirePeers(context, 'asterisk', 'sipp');
  const run = startRun(context);
  const phones = {door: {password: 'door-secret'}, guard: {password: 'guard-secret'}};
  const server = await Asterisk.start(run, {phones, says: makeSpeech(5, 95)});
  const registrar = `sip:127.0.0.1:${server.port}`;
  const account = {name: 'house', uri: 'sip:door@127.0.0.1', password: phones.door.password, registrar};
  const station = await TestStation.start(run, {
    sip: {accounts: [account], domain: '127.0.0.1'},
    answer: {mode: 'manual', from: ['house']},
  });
  await station.waitForEntry('account-registered');
  const states = ['terminated', ...['early', 'confirmed', 'terminated'], ...['confirmed', 'terminated']];
  const told = states.map((state) => `state&gt;${state}&lt;`);
  const {password} = phones.guard;
  const lamp = await LampKey.start(run, {target: server.port, service: 'door', password, told});
  await server.call('door');
  await lamp.wasTold(2);
  await station.send('POST', '/api/calls/current/answer');
  await lamp.wasTold(3);
  await station.hangUp();
  await lamp.wasTold(4);
  await station.dial('100');
  await lamp.wasTold(5);
  await station.hangUp();
  expect(await lamp.result()).toEqual(good);
});

test('the station itself tells SIPp: ringing, talking, over', async (context) => {
  requirePeers(context, 'baresip', 'sipp');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: makeSpeech(3, 96)});
  const station = await TestStation.start(run, {answer: {mode: 'manual', from: ['127.0.0.1']}});
  const told = ['early', 'confirmed', 'terminated'].map((state) => `direction=.recipient.*${state}`);
  const lamp = await LampKey.start(run, {
    target: station.sipPort,
    service: 'door',
    told: ['dialog-info', ...told],
  });
  await phone.dial(station.address());
  await lamp.wasTold(2);
  await station.send('POST', '/api/calls/current/answer');
  await lamp.wasTold(3);
  await phone.hangUp();
  expect(await lamp.result()).toEqual(good);
});

test('baresip subscribes to its presence: online, and offline once it has ended', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const station = await TestStation.start(run, {answer: {mode: 'automatic', from: ['127.0.0.1']}});
  const phone = await Baresip.start(run, {
    user: 'kitchen',
    says: makeSpeech(1, 97),
    watches: station.address(),
  });
  const shown = async (word: string) => (await phone.command('contacts')).includes(word);
  await phone.process.waitUntil('it is online', () => shown('Online'));
  expect(await station.stop()).toBe(0);
  await phone.process.waitUntil('it is not online any more', async () => !(await shown('Online')));
});
