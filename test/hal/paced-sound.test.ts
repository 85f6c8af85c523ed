import {expect, test} from 'vitest';
import {PacedMicrophone} from '../../hal/sound/paced-microphone.ts';
import {PacedSpeaker} from '../../hal/sound/paced-speaker.ts';
import {FakeClock} from '../support/fake-clock.ts';

const rate = 8000;
const frame = () => new Int16Array(160);
const ramp = (length: number) => Int16Array.from({length}, (_, index) => index + 1);

test('a microphone hears the recording at the pace of the clock, then silence', () => {
  const clock = new FakeClock();
  const microphone = new PacedMicrophone({rate, samples: ramp(300)}, clock);
  const samples = frame();
  expect(microphone.read(samples)).toBe(0);
  clock.advance(10);
  expect(microphone.read(samples)).toBe(80);
  expect(samples.slice(0, 80)).toEqual(ramp(80));
  clock.advance(40);
  expect(microphone.read(samples)).toBe(160);
  expect([samples[0], samples[159]]).toEqual([81, 240]);
  expect(microphone.read(samples)).toBe(160);
  expect([samples[0], samples[59], samples[60], samples[159]]).toEqual([241, 300, 0, 0]);
  expect(microphone.read(samples)).toBe(0);
  expect(microphone.xruns).toBe(0);
});

test('who reads too late has lost the oldest', () => {
  const clock = new FakeClock();
  const microphone = new PacedMicrophone({rate, samples: ramp(8000)}, clock);
  const samples = frame();
  microphone.read(samples);
  clock.advance(500);
  expect(microphone.read(samples)).toBe(160);
  expect(samples[0]).toBe(2401); // 300 ms are lost
  expect(microphone.xruns).toBe(1);
});

test('after a pause the recording begins anew, and nothing was lost', () => {
  const clock = new FakeClock();
  const microphone = new PacedMicrophone({rate, samples: ramp(8000)}, clock);
  const samples = frame();
  microphone.read(samples);
  clock.advance(100);
  microphone.read(samples);
  clock.advance(1000);
  expect(microphone.read(samples)).toBe(0);
  clock.advance(20);
  expect(microphone.read(samples)).toBe(160);
  expect(samples[0]).toBe(1);
  expect(microphone.xruns).toBe(0);
});

test('over hours not one sample is too many or too few', () => {
  const clock = new FakeClock();
  const microphone = new PacedMicrophone({rate: 11_025, samples: new Int16Array(0)}, clock);
  const samples = new Int16Array(1000);
  let count = microphone.read(samples);
  for (let second = 0; second < 36_000; second += 0.05) {
    clock.advance(50);
    count += microphone.read(samples);
  }
  expect(count / 11_025).toBeCloseTo(clock.now() / 1000, 3);
  expect(microphone.xruns).toBe(0);
});

test('a speaker starts with 40 ms, takes 200 ms, and plays at the pace of the clock', () => {
  const clock = new FakeClock();
  const speaker = new PacedSpeaker(rate, clock, undefined);
  expect(speaker.write(frame())).toBe(160);
  clock.advance(100);
  expect(speaker.delay()).toBe(160);
  expect(speaker.write(frame())).toBe(160);
  clock.advance(30);
  expect(speaker.delay()).toBe(80);
  expect(speaker.write(new Int16Array(8000))).toBe(1600 - 80);
  expect(speaker.write(frame())).toBe(0);
  clock.advance(200);
  expect(speaker.delay()).toBe(0);
  expect(speaker.xruns).toBe(0);
});

test('a speaker that runs dry counts it and fills again, but not after a pause', () => {
  const clock = new FakeClock();
  const speaker = new PacedSpeaker(rate, clock, undefined);
  const queue = new Int16Array(400);
  speaker.write(queue);
  clock.advance(100);
  expect(speaker.delay()).toBe(0);
  speaker.write(frame());
  expect(speaker.xruns).toBe(1);
  clock.advance(100);
  expect(speaker.delay()).toBe(160);
  speaker.write(queue);
  clock.advance(5000);
  speaker.write(queue);
  expect(speaker.xruns).toBe(1);
});

test('what a speaker takes is recorded, and nothing else', () => {
  const recorded: number[] = [];
  let closed = 0;
  const recorder = {append: (samples: Int16Array) => recorded.push(...samples), close: () => (closed += 1)};
  const speaker = new PacedSpeaker(rate, new FakeClock(), recorder);
  speaker.write(ramp(1500));
  speaker.write(ramp(200));
  speaker.close();
  expect(recorded).toEqual([...ramp(1500), ...ramp(100)]);
  expect(closed).toBe(1);
});
