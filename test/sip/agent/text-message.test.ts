import {expect, test} from 'vitest';
import type {Party} from '../../../firmware/sip/agent/call.ts';
import {CallScene} from './scene.ts';
import {sdp} from './scripted-peer.ts';

function scene(status: 200 | 403 | 480 = 200) {
  const all = new CallScene();
  const told: (string | undefined)[] = [];
  const senders: Party[] = [];
  all.tesla.agent.onMessage = (sender, text) => {
    senders.push(sender);
    told.push(text);
    return status;
  };
  return {all, peer: all.peer(), told, senders};
}

const bytes = (text: string) => new TextEncoder().encode(text);

test('a text is told with its sender, and answered with 200', async () => {
  const {all, peer, told, senders} = scene();
  await peer.ask('MESSAGE', 1, {body: bytes('Grüße'), type: 'text/plain;charset=UTF-8'});
  expect(peer.response().status).toBe(200);
  expect(told).toEqual(['Grüße']);
  expect(senders).toMatchObject([{uri: 'sip:peer@192.0.2.9', verified: true}]);
  await all.pass(40_000);
  expect([all.tesla.leftovers, all.clock.pending]).toEqual([0, 0]);
});

test.each(['text/html', 'message/cpim', 'application/im-iscomposing+xml', 'text/plain;charset=utf-16'])(
  '%s is refused with 415 and what would do',
  async (type) => {
    const {peer, told} = scene();
    await peer.ask('MESSAGE', 1, {body: bytes('<b>x</b>'), type});
    expect(told).toEqual([undefined]);
    expect(peer.response().status).toBe(415);
    expect(peer.response().headers.get('Accept')).toBe('text/plain');
  },
);

test('who may not write gets 403 whatever he writes; who writes too much is told when to come again', async () => {
  const stranger = scene(403);
  await stranger.peer.ask('MESSAGE', 1, {body: bytes('<b>'), type: 'text/html'});
  expect(stranger.peer.response().status).toBe(403);
  const chatty = scene(480);
  await chatty.peer.ask('MESSAGE', 1, {body: bytes('x'), type: 'text/plain'});
  expect(chatty.peer.response().status).toBe(480);
  expect(chatty.peer.response().headers.get('Retry-After')).toBe('60');
});

test('a user agent without anybody to read takes no message', async () => {
  const {all, peer} = scene();
  all.tesla.agent.onMessage = undefined;
  await peer.ask('MESSAGE', 1, {body: bytes('x'), type: 'text/plain'});
  expect(peer.response().status).toBe(480);
});

test('a message may come inside the dialog of a call, but not of one that is not there', async () => {
  const {all, peer, told} = scene();
  all.tesla.onCall = (call) => call.answer(all.tesla.listener);
  await peer.ask('INVITE', 1, {body: sdp('192.0.2.9', 7000)});
  const dialog = peer.response(200);
  await peer.ask('ACK', 1, {dialog});
  await peer.ask('MESSAGE', 2, {dialog, body: bytes('inside'), type: 'text/plain'});
  expect(told).toEqual(['inside']);
  const elsewhere = {
    headers: {To: '<sip:door@192.0.2.1>;tag=nobody'},
    body: bytes('lost'),
    type: 'text/plain',
  };
  await peer.ask('MESSAGE', 3, elsewhere);
  expect(peer.response().status).toBe(481);
  await peer.ask('BYE', 4, {dialog});
  expect([peer.response().status, told.length]).toEqual([200, 1]);
});
