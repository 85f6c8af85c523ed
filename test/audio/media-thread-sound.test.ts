import {expect, test} from 'vitest';
import {Bench, soundFrame, soundOf} from './media-bench.ts';

test('tones are heard with or without a call, and mixed into it', async () => {
  const bench = new Bench();
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'press'});
  expect(bench.thread.active).toBe(true);
  let steps = 0;
  for (; bench.thread.active && steps < 20; steps++) bench.step(988);
  expect(steps).toBe(6);
  expect(bench.card.captured).toHaveLength(6 * soundFrame);
  const socket = await bench.talk();
  for (let step = 0; step < 10; step++) bench.step(0, {socket, sample: 460});
  bench.do({kind: 'play', sound: 'talk'});
  bench.step(0, {socket, sample: 460});
  const mixed = bench.card.played.slice(-soundFrame);
  expect(Math.max(...mixed)).toBeGreaterThan(4000);
  const mean = mixed.reduce((sum, sample) => sum + sample, 0) / soundFrame;
  expect(Math.abs(mean - 460)).toBeLessThan(300);
});

test("speech and the station's own sounds have volumes of their own, and the sum stays within 16 bits", async () => {
  const loud = new Int16Array(10 * soundFrame).fill(32_000);
  const bench = new Bench({sounds: {press: loud}, volumes: {speech: 50, sounds: 10}});
  const socket = await bench.talk();
  for (let step = 0; step < 10; step++) bench.step(0, {socket, sample: 460});
  // Half as loud is 10 dB less.
  expect(bench.card.played.at(-1)).toBe(Math.trunc(460 * 10 ** (-10 / 20)));
  bench.do({kind: 'play', sound: 'press'});
  bench.step(0, {socket, sample: 460});
  expect(bench.card.played.at(-1)).toBe(145 + Math.trunc(32_000 * 0.1 ** (Math.log2(10) / 2)));

  const clipping = new Bench({sounds: {press: loud}});
  const other = await clipping.talk();
  for (let step = 0; step < 10; step++) clipping.step(0, {socket: other, sample: 20_000});
  clipping.do({kind: 'play', sound: 'press'});
  clipping.step(0, {socket: other, sample: 20_000});
  expect(clipping.card.played.at(-1)).toBe(32_767);
});

test('ringback ends when somebody is attached, or when told', async () => {
  const bench = new Bench();
  bench.do({kind: 'play', sound: 'ringback'});
  await bench.open(1);
  bench.do({kind: 'attach', session: 1});
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'play', sound: 'ringback'});
  expect(bench.thread.active).toBe(true);
  bench.do({kind: 'play', sound: 'stop'});
  expect(bench.thread.active).toBe(false);
});

test('levels are told ten times a second while something is going on, and silence at the end', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 50; step++) bench.step(16384, {socket, sample: 460});
  const meters = bench.reported('meters');
  expect(meters).toHaveLength(10);
  expect(meters.at(-1)!.levels.microphone).toBeCloseTo(-6, 0);
  expect(meters.at(-1)!.levels.speaker).toBeCloseTo(-37.1, 0);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.reported('meters').at(-1)!.levels).toMatchObject({
    microphone: -96,
    captured: -96,
    speaker: -96,
  });
});

test('when the sound card is lost the call goes on in silence, until it is there again', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  const fault = {state: 'missing', text: 'fake: no such device'} as const;
  bench.card.fault = fault;
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  bench.thread.lookAfterSound();
  bench.thread.lookAfterSound();
  const told = bench.reported('sound').map(({state}) => state.microphone.fault);
  expect(told).toEqual([null, fault]);
  expect(socket.sent).toHaveLength(10);
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
  bench.card.fault = null;
  bench.thread.lookAfterSound();
  expect(bench.reported('sound').at(-1)!.state.microphone.fault).toBe(null);
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBeGreaterThan(900);
});

test('a card that was plugged in since the last look is found when sound is wanted', () => {
  const bench = new Bench();
  bench.card.fault = {state: 'missing', text: 'fake: no such device'};
  bench.thread.lookAfterSound();
  bench.card.fault = null;
  bench.do({kind: 'play', sound: 'press'});
  bench.step();
  expect(bench.card.played.length).toBeGreaterThan(0);
  expect(bench.reported('sound').at(-1)!.state.speaker.fault).toBe(null);
});

test('a microphone that gives nothing is told of, and when it is heard again', async () => {
  const bench = new Bench();
  await bench.talk();
  const silent = () => {
    bench.thread.lookAfterSound();
    return bench.reported('sound').at(-1)!.state.microphoneSilent;
  };
  for (let step = 0; step < 240; step++) bench.step(0);
  expect(silent()).toBe(false);
  for (let step = 0; step < 20; step++) bench.step(0);
  expect(silent()).toBe(true);
  for (let step = 0; step < 30; step++) {
    bench.card.captured.push(...Array.from({length: soundFrame}, (_, index) => 100 * (index % 9)));
    bench.step();
  }
  expect(silent()).toBe(false);
});

test('a microphone that is plugged in again is not told of as silent for the silence before', async () => {
  const bench = new Bench();
  await bench.talk();
  bench.card.fault = {state: 'missing', text: 'fake: no such device'};
  bench.thread.lookAfterSound();
  // The silence that takes its place goes on.
  bench.card.fault = null;
  for (let step = 0; step < 300; step++) bench.step(0);
  bench.thread.lookAfterSound();
  const {state} = bench.reported('sound').at(-1)!;
  expect(state.microphone.fault).toBe(null);
  expect(state.microphoneSilent).toBe(false);
  for (let step = 0; step < 260; step++) bench.step(0);
  bench.thread.lookAfterSound();
  expect(bench.reported('sound').at(-1)!.state.microphoneSilent).toBe(true);
});

test('a probe plays and records in the same steps, without a call; then all is still', () => {
  const bench = new Bench();
  const sound = Int16Array.from({length: 3 * soundFrame}, (_, index) => 1 + index);
  bench.do({kind: 'probe', request: 7, samples: sound});
  bench.do({kind: 'probe', request: 8, samples: sound});
  expect(bench.reported('probed')).toEqual([{kind: 'probed', request: 8, probe: undefined}]);
  bench.card.captured.push(...Array(soundFrame).fill(500));
  for (let step = 0; bench.thread.active && step < 20; step++) bench.step(500);
  const {request, probe} = bench.reported('probed')[1]!;
  expect(request).toBe(7);
  // Resampling begins with silence; that it is late loses nothing of the end.
  expect(probe!.captured).toEqual(new Int16Array(3 * soundFrame).fill(500).fill(0, 0, 20));
  expect(bench.card.played.filter((sample) => sample !== 0)).toEqual([...sound]);
  expect(bench.thread.active).toBe(false);
});

test('a call cuts a probe off, and refuses others; listening ends by itself', async () => {
  const bench = new Bench();
  bench.do({kind: 'probe', request: 1, samples: new Int16Array(80_000)});
  bench.do({kind: 'listen', milliseconds: 100});
  bench.step(0);
  await bench.talk();
  expect(bench.reported('probed')).toEqual([{kind: 'probed', request: 1, probe: undefined}]);
  bench.do({kind: 'probe', request: 2, samples: new Int16Array(320)});
  expect(bench.reported('probed')).toHaveLength(2);
  bench.do({kind: 'close-session', session: 1});
  expect(bench.thread.active).toBe(false);
  bench.do({kind: 'listen', milliseconds: 400});
  let steps = 0;
  for (; bench.thread.active && steps < 50; steps++) bench.step(16_384);
  expect(steps).toBe(20);
  expect(bench.reported('meters').at(-2)!.levels.captured).toBeCloseTo(-6, 0);
});

test('overruns and underruns are counted for the call in which they happen', async () => {
  const bench = new Bench();
  bench.card.xruns = 5;
  const socket = await bench.talk();
  for (let step = 0; step < 5; step++) bench.step(988, {socket, sample: 460});
  bench.card.xruns = 7;
  expect(bench.statistics(1)!.xruns).toBe(2);
  bench.do({kind: 'attach', session: undefined});
  bench.card.xruns = 9;
  expect(bench.statistics(1)!.xruns).toBe(2);
});
