import {beforeEach, describe, expect, test} from 'vitest';
import {FakeNames} from '../../support/fake-names.ts';
import {CallScene} from './scene.ts';
import {type ScriptedPeer, sdp} from './scripted-peer.ts';

/** Requests within a call whose next hop has several servers, or moves (RFC 3263 section 4.3). */

const routes = {headers: {'Record-Route': '<sip:proxy.house.example:5060;lr>'}};

let names: FakeNames;
let scene: CallScene;
let one: ScriptedPeer;
let two: ScriptedPeer;
let hangUp: () => void;

beforeEach(async () => {
  names = new FakeNames({
    'proxy.house.example': [
      {type: 'A', address: '192.0.2.11'},
      {type: 'A', address: '192.0.2.12'},
    ],
  });
  scene = new CallScene({tesla: {names}});
  [one, two] = [scene.peer('192.0.2.11'), scene.peer('192.0.2.12')];
  const phone = scene.peer('192.0.2.9');
  const call = scene.tesla.call('sip:101@192.0.2.9');
  await scene.settle();
  await phone.respond(phone.request('INVITE'), 200, {...routes, body: sdp('192.0.2.9', 7000)});
  hangUp = () => call.hangUp();
  expect(one.kinds).toEqual(['ACK']);
});

describe('BYE', () => {
  test('to a silent server goes to the next after 4 s, and nothing is left behind', async () => {
    hangUp();
    await scene.pass(3999);
    expect(one.kinds).toEqual(['ACK', 'BYE', 'BYE', 'BYE', 'BYE']);
    expect(two.kinds).toEqual([]);
    await scene.pass(1);
    const bye = two.request('BYE');
    expect(bye.cseq.number).toBeGreaterThan(one.request('BYE').cseq.number);
    expect(bye.headers.get('Route')).toBe('<sip:proxy.house.example:5060;lr>');
    await two.respond(bye, 200);
    await scene.pass(70_000);
    expect(one.kinds).toHaveLength(5);
    expect(scene.tesla.leftovers).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  test('that cannot be sent, or is answered 503, goes to the next at once', async () => {
    scene.network.unreachable.add('192.0.2.11');
    hangUp();
    await scene.settle();
    await two.respond(two.request('BYE'), 503);
    await scene.pass(70_000);
    expect(two.kinds).toEqual(['BYE']);
    expect(scene.tesla.leftovers).toBe(0);
  });

  test('of a server that answers slowly stays there', async () => {
    hangUp();
    await scene.settle();
    await one.respond(one.request('BYE'), 100);
    await scene.pass(20_000);
    expect(two.kinds).toEqual([]);
    await one.respond(one.request('BYE'), 200);
    await scene.pass(70_000);
    expect(scene.tesla.leftovers).toBe(0);
  });

  test('goes where the server is now, when its address has changed', async () => {
    names.zone = {'proxy.house.example': [{type: 'A', address: '192.0.2.12'}]};
    hangUp();
    await scene.settle();
    expect(one.kinds).toEqual(['ACK']);
    await two.respond(two.request('BYE'), 200);
    await scene.pass(70_000);
    expect(scene.tesla.leftovers).toBe(0);
  });
});
