import {AlsaError, Errno} from 'node-alsa';
import {beforeEach, expect, test, vi} from 'vitest';
import {AlsaMicrophone, AlsaSpeaker} from '../../hal/sound/alsa.ts';
import {DeviceError} from '../../hal/sound/device-error.ts';
import {USUAL_TIMING} from '../../hal/sound/direction.ts';
import {FakeClock} from '../support/fake-clock.ts';

/** A card as libasound shows it, in place of one: what it says is set by the tests. */
class FakePcm {
  readonly device = 'fake';
  readonly rate = 8000;
  stream = 'playback';
  disconnected = false;
  /** Samples that it says are queued. */
  queued = 0;
  /** What the next transfer fails with; 0: nothing. */
  error = 0;
  /** What starting fails with; 0: nothing. */
  startError = 0;
  readonly recovered: number[] = [];
  starts = 0;
  closed = false;

  read(samples: Int16Array): number {
    return this.#result(samples.length);
  }
  write(samples: Int16Array): number {
    const count = this.#result(samples.length);
    this.queued += Math.max(0, count);
    return count;
  }
  delay(): number {
    return this.queued;
  }
  recover(error: number): void {
    this.recovered.push(error);
    this.queued = 0;
  }
  start(): void {
    if (this.startError !== 0) throw new AlsaError('capture device "fake"', this.startError);
    this.starts++;
  }
  close(): void {
    this.closed = true;
  }
  #result(count: number): number {
    const {error} = this;
    this.error = 0;
    return error === 0 ? count : error;
  }
}

const card = vi.hoisted(() => ({open: undefined as unknown}));

vi.mock('node-alsa', async (original) => ({
  ...(await original<typeof import('node-alsa')>()),
  Pcm: {open: () => card.open},
}));

const frame = new Int16Array(160);
let pcm: FakePcm;
let clock: FakeClock;

beforeEach(() => {
  pcm = new FakePcm();
  card.open = pcm;
  clock = new FakeClock();
});

function openSpeaker(): AlsaSpeaker {
  return new AlsaSpeaker({device: 'fake', rate: 8000, timing: USUAL_TIMING, clock});
}

function openMicrophone(): AlsaMicrophone {
  pcm.stream = 'capture';
  return new AlsaMicrophone({device: 'fake', rate: 8000, timing: USUAL_TIMING, clock});
}

test('what is queued is told, as long as it may still be played', () => {
  const speaker = openSpeaker();
  speaker.write(frame);
  expect(speaker.delay()).toBe(160);
  clock.advance(2 * USUAL_TIMING.bufferMs - 1);
  expect(speaker.delay()).toBe(160);
  expect(pcm.recovered).toEqual([]);
});

test('a card that says for longer than its buffer is long that something waits does not play: it is started anew', () => {
  const speaker = openSpeaker();
  speaker.write(frame);
  clock.advance(2 * USUAL_TIMING.bufferMs);
  expect(speaker.delay()).toBe(0);
  expect(pcm.recovered).toEqual([Errno.xrun]);
  expect(speaker.xruns).toBe(1);
  // It plays again, and is not started anew as long as it is written to.
  for (let count = 0; count < 50; count++) {
    expect(speaker.write(frame)).toBe(160);
    clock.advance(20);
    pcm.queued = 100;
    expect(speaker.delay()).toBe(100);
  }
  expect(speaker.xruns).toBe(1);
});

test('what still waits after a pause is no underrun', () => {
  const speaker = openSpeaker();
  speaker.write(frame);
  clock.advance(1000);
  expect(speaker.delay()).toBe(0);
  expect(pcm.recovered).toEqual([Errno.xrun]);
  expect(speaker.xruns).toBe(0);
});

test('after an underrun sound is written once more, and it is counted; after a pause it is not', () => {
  const speaker = openSpeaker();
  speaker.write(frame);
  for (const [milliseconds, xruns] of [
    [300, 1],
    [1000, 1],
  ] as const) {
    clock.advance(milliseconds);
    pcm.error = Errno.xrun;
    expect(speaker.write(frame)).toBe(160);
    expect(speaker.xruns).toBe(xruns);
  }
  expect(pcm.recovered).toEqual([Errno.xrun, Errno.xrun]);
});

test('after an overrun capture goes on', () => {
  const microphone = openMicrophone();
  microphone.read(frame);
  clock.advance(300);
  pcm.error = Errno.xrun;
  expect(microphone.read(frame)).toBe(160);
  expect(microphone.xruns).toBe(1);
  expect(pcm.starts).toBe(2);
});

test.each([
  [Errno.gone, 'missing'],
  [-5, 'failed'],
])(
  'a microphone that opens but does not start (error %i) is a fault like others, and is let go',
  (error, state) => {
    pcm.startError = error;
    let thrown: unknown;
    try {
      openMicrophone();
    } catch (problem) {
      thrown = problem;
    }
    expect(thrown).toBeInstanceOf(DeviceError);
    expect((thrown as DeviceError).fault.state).toBe(state);
    expect(pcm.closed).toBe(true);
  },
);
