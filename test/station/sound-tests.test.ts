import {expect, test} from 'vitest';
import {SoundTests} from '../../firmware/station/sound-tests.ts';
import {FakeMedia} from './fakes/media.ts';

function tests() {
  const media = new FakeMedia();
  const call = {is: false};
  const half = {device: 'alsa:x', rate: 16_000, fault: null, xruns: 0};
  media.sound = {microphone: half, speaker: half, microphoneSilent: false};
  media.hears = (played) => ({captured: played, cleaned: played});
  return {media, call, tests: new SoundTests({media, inCall: () => call.is})};
}

test('a loop that is heard passes; a recording is played as it was cleaned', async () => {
  const {media, tests: sound} = tests();
  expect(await sound.loop()).toMatchObject({ok: true, value: {passed: true, delayMs: 0}});
  const played: Int16Array[] = [];
  const said = Int16Array.of(1, 2, 3);
  media.hears = (samples) => {
    played.push(samples);
    return {captured: Int16Array.of(9, 9, -9), cleaned: said};
  };
  expect(await sound.record()).toMatchObject({ok: true});
  expect(played.map(({length}) => length)).toEqual([80_000, 3]);
  expect(played[1]).toBe(said);
});

test('the microphone is live for half a minute where its level is asked for', () => {
  const {media, tests: sound} = tests();
  expect(sound.listen().ok).toBe(true);
  expect(media.sounds).toEqual(['listens 30000']);
});

test('nothing is tested during a call; one that comes ends the test', async () => {
  const {media, call, tests: sound} = tests();
  call.is = true;
  const refused = {ok: false, error: {code: 'busy', text: 'There is a call; hang up first'}};
  expect(await sound.loop()).toEqual(refused);
  expect(await sound.record()).toEqual(refused);
  expect(sound.listen()).toEqual(refused);
  call.is = false;
  media.hears = () => undefined;
  const text = 'A call came in between: test again when it is over';
  expect(await sound.loop()).toEqual({ok: false, error: {code: 'busy', text}});
});

test('one test at a time, and none of a card that does not work', async () => {
  const {media, tests: sound} = tests();
  const first = sound.loop();
  expect(await sound.loop()).toMatchObject({ok: false, error: {code: 'busy'}});
  expect(await first).toMatchObject({ok: true});
  const fault = {state: 'missing', text: 'it is not there'} as const;
  media.sound = {...media.sound!, speaker: {device: 'alsa:x', rate: null, fault, xruns: 0}};
  expect(await sound.loop()).toEqual({ok: false, error: {code: 'failed', text: 'it is not there'}});
});

test('a media thread that fails is a failure in words, and the next test may begin', async () => {
  const {media, tests: sound} = tests();
  media.hears = () => {
    throw new Error('the media thread failed');
  };
  expect(await sound.loop()).toEqual({ok: false, error: {code: 'failed', text: 'the media thread failed'}});
  media.hears = (played) => ({captured: played, cleaned: played});
  expect(await sound.loop()).toMatchObject({ok: true});
});
