import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {failure} from '../../firmware/base/result.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {ask, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

let station: FakeStation;
let server: HttpServer;

beforeEach(async () => {
  station = new FakeStation();
  server = await serve(station);
  onTestFinished(() => server.close());
});

test('how the sound is, and which cards there are', async () => {
  const none = {playback: null, capture: null, controls: []};
  station.cards = [{id: 'Device', name: 'USB Audio Device', ...none}];
  const answer = await ask(server, 'GET', '/api/audio');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual({condition: null, cards: station.cards});
});

test('tests answer with what they found', async () => {
  const loop = await ask(server, 'POST', '/api/audio/loop-test');
  expect(loop.status).toBe(200);
  expect(JSON.parse(loop.text)).toEqual(station.loop);
  const recorded = await ask(server, 'POST', '/api/audio/record');
  expect(JSON.parse(recorded.text)).toMatchObject({text: 'Recorded and played.'});
  const live = await ask(server, 'POST', '/api/audio/meters');
  expect(JSON.parse(live.text)).toEqual({condition: null, cards: []});
  expect(station.asked).toEqual(['test loop', 'test recording', 'listen']);
});

test.each(['loop-test', 'record', 'meters'])(
  '%s: refused with words during a call; takes no body',
  async (name) => {
    station.outcome = failure({code: 'busy', text: 'There is a call; hang up first'});
    const refused = await ask(server, 'POST', `/api/audio/${name}`);
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.text)).toMatchObject({detail: 'There is a call; hang up first'});
    const asked = station.asked.length;
    const json = {body: '{"loud": true}', headers: {'Content-Type': 'application/json'}};
    expect((await ask(server, 'POST', `/api/audio/${name}`, json)).status).toBe(400);
    expect(station.asked).toHaveLength(asked);
  },
);
