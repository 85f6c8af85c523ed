import {expect, test} from 'vitest';
import {makeStation} from './fakes/station.ts';

test('pressing again cancels, but not at once; pressing another button calls there', () => {
  const {station, clock, telephone, press, kinds} = makeStation();
  press();
  clock.advance(200);
  press();
  expect(station.status().state).toBe('calling');
  clock.advance(1_000);
  press();
  expect(station.status()).toMatchObject({state: 'idle', light: 'ready'});
  expect(telephone.calls.map(({endedBy}) => endedBy)).toEqual(['hang-up', 'hang-up']);
  expect(kinds().at(-1)).toBe('call-ended');
  clock.advance(1_000);
  press();
  clock.advance(1_000);
  press(1);
  expect(station.status()).toMatchObject({state: 'calling', call: {peer: '201'}});
  expect(telephone.calls.filter(({state}) => state !== 'ended').map(({target}) => target)).toEqual(['201']);
});

test('the beep of the press that cancels is not cut off', () => {
  const {clock, media, press} = makeStation();
  press();
  clock.advance(1_000);
  press();
  expect(media.sounds.slice(-2)).toEqual(['stop', 'press']);
});

test('while talking a press does nothing', () => {
  const {station, clock, telephone, press, journal} = makeStation();
  press();
  telephone.calls[0]!.answers();
  clock.advance(5_000);
  press();
  expect(station.status().state).toBe('talking');
  expect(journal.after(0, 100).at(-1)).toMatchObject({kind: 'button-pressed', ignored: expect.any(String)});
});

test('presses that do nothing are told once in a call: a contact that bounces for hours fills no journal', () => {
  const {clock, press, telephone, kinds} = makeStation();
  press();
  telephone.calls[0]!.answers();
  for (let count = 0; count < 50; count += 1) {
    clock.advance(200);
    press();
  }
  expect(kinds().filter((kind) => kind === 'button-pressed')).toHaveLength(2);
});

test('a button that calls nobody yet says so: an error tone, and a line in the journal', () => {
  const {station, media, telephone, press, journal} = makeStation({
    buttons: [
      {name: 'bell', input: 'button-1', call: [], ring: 'together', ring_seconds: 30, when_refused: 'next'},
    ],
  });
  press();
  expect(media.sounds.at(-1)).toBe('error');
  expect(telephone.calls).toEqual([]);
  expect(station.status().state).toBe('idle');
  expect(journal.after(0, 100).at(-1)?.text).toBe('Button "bell" was pressed: it calls nobody yet');
});

test('whom a button calls may be changed while the station runs, and holds from the next press', () => {
  const {station, telephone, press, journal} = makeStation();
  expect(station.setTargets('bell', ['103'], 'a test')).toMatchObject({ok: true});
  expect(station.status().buttons[0]?.call).toEqual(['103']);
  press();
  expect(telephone.calls.map(({target}) => target)).toEqual(['103']);
  expect(journal.after(0, 100).map(({text}) => text)).toContain('Button "bell" now calls 103, set by a test');
  expect(station.setTargets('nobody', ['103'], 'a test')).toMatchObject({error: {code: 'unknown'}});
});
