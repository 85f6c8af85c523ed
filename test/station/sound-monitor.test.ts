import {expect, test} from 'vitest';
import type {JournalEvent} from '../../firmware/station/journal-event.ts';
import {describeEvent} from '../../firmware/station/journal-text.ts';
import {SoundMonitor} from '../../firmware/station/sound-monitor.ts';
import type {SoundCondition} from '../../firmware/station/status.ts';
import {FakeClock} from '../support/fake-clock.ts';

const half = {device: 'alsa:plughw:CARD=Device', rate: 48_000, fault: null, xruns: 0};
const good: SoundCondition = {microphone: half, speaker: half, microphoneSilent: false};
const missing = {...half, rate: null, fault: {state: 'missing', text: 'it is not there'}} as const;

function monitor() {
  const clock = new FakeClock();
  const told: JournalEvent[] = [];
  const came: string[] = [];
  const sound = new SoundMonitor({
    clock,
    tell: (event) => told.push(event),
    deviceCame: (device) => came.push(device),
  });
  return {clock, told, came, sound};
}

test('a card that works is not worth a word; its condition is kept', () => {
  const {sound, told} = monitor();
  expect(sound.condition).toBe(null);
  sound.update(good);
  expect(told).toEqual([]);
  expect(sound.condition).toEqual(good);
});

test('a half that is missing is told of once, and again when the reason is another one, or it is there', () => {
  const {sound, told} = monitor();
  sound.update({...good, microphone: missing});
  sound.update({...good, microphone: missing});
  sound.update({...good, microphone: {...missing, fault: {state: 'in-use', text: 'it is in use'}}});
  sound.update(good);
  expect(told).toEqual([
    {kind: 'sound-fault', device: half.device, reason: 'it is not there'},
    {kind: 'sound-fault', device: half.device, reason: 'it is in use'},
    {kind: 'sound-restored', device: half.device},
  ]);
});

test('a device that is there, from the beginning or again, is told to who sets its levels', () => {
  const {sound, came} = monitor();
  const speaker = {...half, device: 'alsa:other'};
  sound.update({...good, microphone: missing, speaker});
  expect(came).toEqual(['alsa:other']);
  sound.update({...good, speaker});
  sound.update({...good, speaker});
  expect(came).toEqual(['alsa:other', half.device]);
  const once = monitor();
  once.sound.update(good);
  expect(once.came).toEqual([half.device]);
});

test('a silent microphone is told of, and when it is heard again; not where it is lost', () => {
  const {sound, told} = monitor();
  sound.update({...good, microphoneSilent: true});
  sound.update({...good, microphoneSilent: true});
  sound.update(good);
  sound.update({...good, microphoneSilent: true});
  sound.update({...good, microphone: missing});
  expect(told.map(({kind}) => kind)).toEqual([
    'microphone-silent',
    'microphone-heard',
    'microphone-silent',
    'sound-fault',
  ]);
});

test('overruns and underruns are told of where there are many within a minute, then not for ten', () => {
  const {clock, sound, told} = monitor();
  const count = (xruns: number, after: number) => {
    clock.advance(after);
    sound.update({...good, speaker: {...half, xruns}});
  };
  for (let xruns = 1; xruns < 40; xruns++) count(xruns, 10_000);
  expect(told).toEqual([]);
  count(45, 1000);
  count(50, 1000);
  expect(told).toEqual([{kind: 'sound-xruns', device: half.device, direction: 'speaker', count: 11}]);
  for (let xruns = 60; xruns < 120; xruns += 10) count(xruns, 10_000);
  expect(told).toHaveLength(1);
  for (let xruns = 120; xruns < 800; xruns += 10) count(xruns, 10_000);
  expect(told).toHaveLength(2);
});

test('what is told is plain', () => {
  const texts = [
    {kind: 'sound-fault', device: half.device, reason: 'it is in use by "arecord" (process 7)'},
    {kind: 'sound-xruns', device: half.device, direction: 'microphone', count: 12},
    {kind: 'microphone-silent', device: half.device},
  ] as const;
  expect(texts.map(describeEvent)).toEqual([
    'Trouble with the sound: it is in use by "arecord" (process 7)',
    'The microphone alsa:plughw:CARD=Device was not read in time 12 times within a minute: the processor is too busy, or the card stops',
    'The microphone alsa:plughw:CARD=Device gives no sound at all: is it muted, is its gain at zero, is it connected?',
  ]);
});
