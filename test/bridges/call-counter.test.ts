import {expect, test} from 'vitest';
import {CallCounter} from '../../firmware/bridges/call-counter.ts';
import {FakeStation} from '../web/fake-station.ts';

test('each call that ends after the start counts once, when it has ended', () => {
  const station = new FakeStation();
  station.log({result: 'answered'});
  const counter = new CallCounter(station);
  expect(counter.counts()).toEqual([]);
  for (let call = 0; call < 250; call += 1) station.log({result: 'busy'});
  const running = station.log({direction: 'incoming'});
  const busy = {direction: 'outgoing', result: 'busy', count: 250};
  expect(counter.counts()).toEqual([busy]);
  expect(counter.counts()).toEqual([busy]);
  running.result = 'answered';
  station.log({result: 'busy'});
  expect(counter.counts()).toEqual([
    {...busy, count: 251},
    {direction: 'incoming', result: 'answered', count: 1},
  ]);
});
