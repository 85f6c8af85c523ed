import {readFileSync} from 'node:fs';
import {expect, type TestContext, test} from 'vitest';
import {HurriedAgent} from '../support/hurried-agent.ts';
import {Asterisk} from '../support/peers/asterisk.ts';
import {requirePeers} from '../support/peers/require.ts';
import {Sipp, type SippResult} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

/** Session timers (RFC 4028) with real peers: 90 s is the least that may be agreed on, so that the agent's clock is hurried. */

const good: SippResult = {exitCode: 0, successful: 1, failed: 0, errors: ''};

function sipp(context: TestContext, name: string): Promise<Sipp> {
  requirePeers(context, 'sipp');
  const xml = readFileSync(new URL(`scenarios/${name}.xml`, import.meta.url), 'utf8');
  return Sipp.start(startRun(context), {scenario: {name, xml}, seconds: 20});
}

/** The hurried agent's call to SIPp, answered. */
async function call(peer: Sipp): Promise<HurriedAgent> {
  const agent = await HurriedAgent.start();
  await agent.call(`sip:service@127.0.0.1:${peer.port}`);
  return agent;
}

/** Waits until so many messages with such a first line were sent, or came in; returns when that was, by the agent's clock. */
async function times(
  peer: {process: Sipp['process']},
  agent: HurriedAgent,
  direction: 'in' | 'out',
  line: RegExp,
  count: number,
): Promise<number[]> {
  const found = () => agent.trace.filter((one) => one.direction === direction && line.test(one.line));
  await peer.process.waitUntil(`${count} of ${line}`, () => found().length >= count);
  return found().map(({at}) => at);
}

test('SIPp leaves the refresh to us and allows UPDATE: it gets one after half of the interval', async (context) => {
  const peer = await sipp(context, 'refresh-by-update');
  const agent = await call(peer);
  const [acknowledged] = await times(peer, agent, 'out', /^ACK /, 1);
  const [refreshed] = await times(peer, agent, 'out', /^UPDATE /, 1);
  expect(refreshed! - acknowledged!).toBeGreaterThan(44_000);
  await times(peer, agent, 'in', /^SIP\/2\.0 200 /, 2);
  agent.hangUp();
  expect(await peer.result()).toEqual(good);
});

test('SIPp answers our re-INVITE with 491: it gets another one, 2.1 s to 4 s later', async (context) => {
  const peer = await sipp(context, 'refresh-meets-491');
  const agent = await call(peer);
  const [refused] = await times(peer, agent, 'in', /^SIP\/2\.0 491 /, 1);
  const invites = await times(peer, agent, 'out', /^INVITE /, 3);
  expect(invites[2]! - refused!).toBeGreaterThanOrEqual(2000);
  await times(peer, agent, 'out', /^ACK /, 3);
  agent.hangUp();
  expect(await peer.result()).toEqual(good);
});

test.for([
  ['refresh-unanswered', ['INVITE', 'ACK', 'UPDATE', 'BYE']],
  ['never-refreshed', ['INVITE', 'ACK', 'BYE']],
] as const)('SIPp lets a session die: %s, and gets a BYE', async ([name, sent], context) => {
  const peer = await sipp(context, name);
  const agent = await call(peer);
  expect((await agent.ended).text).toContain('the session timer ran out');
  expect(await peer.result()).toEqual(good);
  const methods = agent.trace
    .filter(({direction}) => direction === 'out')
    .map(({line}) => line.split(' ', 1)[0]);
  expect([...new Set(methods)]).toEqual(sent);
});

test('SIPp wants a longer interval than ours: the station asks for that', async (context) => {
  requirePeers(context, 'sipp');
  const run = startRun(context);
  const peer = await sipp(context, 'longer-interval-wanted');
  const station = await TestStation.start(run, {});
  await station.dial(`sip:service@127.0.0.1:${peer.port}`);
  await station.waitForState('talking');
  await station.hangUp();
  expect(await peer.result()).toEqual(good);
});

test('Asterisk, with whom 1800 s are agreed on, takes our refresh, and the call goes on', async (context) => {
  requirePeers(context, 'asterisk');
  const run = startRun(context);
  const phones = {door: {password: 'door-secret'}};
  const server = await Asterisk.start(run, {phones, says: makeSpeech(1, 98)});
  const account = {
    name: 'house',
    uri: 'sip:door@127.0.0.1',
    user: 'door',
    password: phones.door.password,
    registrars: [`sip:127.0.0.1:${server.port}`],
    expires: 300,
  };
  const agent = await HurriedAgent.start([account], 200);
  await agent.call('sip:100@127.0.0.1');
  const [acknowledged] = await times(server, agent, 'out', /^ACK /, 2);
  const [refreshed] = await times(server, agent, 'out', /^UPDATE /, 1);
  expect(refreshed! - acknowledged!).toBeGreaterThan(890_000);
  await times(server, agent, 'in', /^SIP\/2\.0 200 /, 2);
  expect(agent.trace.at(-1)?.message).toMatch(/^Session-Expires: 1800;\s*refresher=uac/im);
  agent.hangUp();
  expect((await agent.ended).cause).toBe('hung-up-here');
});
