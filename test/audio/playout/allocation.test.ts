import {expect, test} from 'vitest';
import {decodeMuLaw, encodeMuLaw} from '../../../firmware/audio/g711.ts';
import {PlayoutBuffer} from '../../../firmware/audio/playout/playout-buffer.ts';
import {randomNumbers} from '../../support/random-numbers.ts';
import {makeSpeech} from '../../support/speech.ts';

const frame = 160;
const frames = 3000;

test('no sound and no packet is allocated, with loss, jitter and stretching', () => {
  const speech = makeSpeech(10).samples;
  const payload = new Uint8Array(speech.length);
  encodeMuLaw(speech, speech.length, payload);
  const buffer = new PlayoutBuffer(8000);
  const random = randomNumbers(3);
  const header = {timestamp: 0, sequenceNumber: 0};
  const decoder = {decode: decodeMuLaw};
  const sound = new Int16Array(frame);
  let step = 0;
  let spell = 0;
  const play = (count: number) => {
    for (const end = step + count; step < end; step++) {
      const time = step * 20;
      if (random() < 0.02) spell = 60 * random();
      if (random() > 0.05) {
        header.timestamp = step * frame;
        header.sequenceNumber = step & 0xffff;
        const start = (step * frame) % (payload.length - frame);
        buffer.put(payload, start, frame, header, decoder, time - 60 + spell);
      }
      buffer.pull(sound, time);
    }
  };
  // Code that is not compiled yet allocates each number that is not whole.
  play(12_000);
  // Collecting what is left from before may begin at any time: the run with most allocated tells.
  const grown = [1, 2, 3].map(() => {
    const before = process.memoryUsage().heapUsed;
    play(frames);
    return process.memoryUsage().heapUsed - before;
  });
  expect(buffer.concealed).toBeGreaterThan(0);
  expect(buffer.stretched).toBeGreaterThan(0);
  // What this test hands over and its random numbers take some 100 bytes; a frame of sound would take 320, a packet 160.
  expect(grown.toSorted((one, other) => one - other)[1]).toBeLessThan(frames * 200);
});
