import {expect, test} from 'vitest';
import {narrowSamples} from '../../firmware/audio/frame.ts';
import {ToneListener} from '../../firmware/audio/tone-listener.ts';
import {keyTones} from '../support/key-tones.ts';
import {makeSpeech} from '../support/speech.ts';

/** A call: sound in both directions, frame by frame. */
class Talk {
  heard = '';
  readonly listener = new ToneListener((key) => {
    this.heard += key;
  });
  #timestamp = 0xffff_fe00;

  /** Both sides at once, as long as the longer one; `lost`: numbers of packets that do not come. */
  go({there, here, lost = []}: {there?: Int16Array; here?: Int16Array; lost?: number[]}): void {
    const frames = Math.max(there?.length ?? 0, here?.length ?? 0) / narrowSamples;
    for (let frame = 0; frame < frames; frame++) {
      this.listener.say(frameOf(here, frame));
      if (!lost.includes(frame)) this.listener.hear(frameOf(there, frame), narrowSamples, this.#timestamp);
      this.#timestamp = (this.#timestamp + narrowSamples) >>> 0;
    }
  }
}

function frameOf(sound: Int16Array | undefined, frame: number): Int16Array {
  const samples = new Int16Array(narrowSamples);
  samples.set(sound?.subarray(frame * narrowSamples, (frame + 1) * narrowSamples) ?? []);
  return samples;
}

/** Weaker by so many dB, and so many ms later. */
function echo(sound: Int16Array, loss: number, delay: number): Int16Array {
  const samples = new Int16Array(sound.length + delay * 8);
  samples.set(
    sound.map((sample) => Math.round(sample * 10 ** (-loss / 20))),
    delay * 8,
  );
  return samples;
}

test('keys come through packets of any length', () => {
  for (const length of [80, 160, 240, 333, 1600]) {
    let heard = '';
    const listener = new ToneListener((key) => {
      heard += key;
    });
    const {samples} = keyTones('159#');
    for (let at = 0; at < samples.length; at += length) {
      const packet = samples.subarray(at, at + length);
      listener.hear(packet, packet.length, at);
    }
    expect(heard).toBe('159#');
  }
});

test('a lost packet does not make two keys of one; late and doubled packets do nothing', () => {
  const talk = new Talk();
  talk.go({there: keyTones('7', {milliseconds: 200, before: 0}).samples, lost: [4, 5]});
  expect(talk.heard).toBe('7');
  const {samples} = keyTones('8', {milliseconds: 200, before: 0});
  for (let frame = 0; frame < 10; frame++) {
    for (let times = 0; times < 3; times++) {
      talk.listener.hear(frameOf(samples, frame), narrowSamples, 100_000 + frame * narrowSamples);
      talk.listener.hear(frameOf(samples, frame - 1), narrowSamples, 100_000 + (frame - 1) * narrowSamples);
    }
  }
  expect(talk.heard).toBe('78');
});

test('the same key after a silence in which nothing was sent is another', () => {
  const talk = new Talk();
  const one = keyTones('7', {before: 0}).samples.subarray(0, 5 * narrowSamples);
  talk.go({
    there: Int16Array.of(...one, ...new Int16Array(5 * narrowSamples), ...one),
    lost: [5, 6, 7, 8, 9],
  });
  expect(talk.heard).toBe('77');
});

test('tones at the microphone that come back are not keys, however late and however weak', () => {
  for (const milliseconds of [40, 60, 300]) {
    for (let delay = 0; delay < 900; delay += 53) {
      for (const loss of [0, 6, 15]) {
        const here = keyTones('7', {milliseconds}).samples;
        const talk = new Talk();
        talk.go({here, there: echo(here, loss, delay)});
        expect(talk.heard).toBe('');
      }
    }
  }
  const talk = new Talk();
  const here = keyTones('77777').samples;
  talk.go({here, there: echo(here, 6, 100)});
  expect(talk.heard).toBe('');
});

test('keys that our own loudspeaker brings to the microphone are heard, the same one again, too', () => {
  const there = keyTones('7777123311', {pause: 60}).samples;
  for (const loss of [0, 10, 20]) {
    const talk = new Talk();
    talk.go({there, here: echo(there, loss, 90)});
    expect(talk.heard).toBe('7777123311');
  }
});

test('a visitor who talks does not keep keys from being heard', () => {
  const talk = new Talk();
  const keys = '1234567890*#';
  talk.go({here: makeSpeech(4, 31).samples, there: keyTones(keys).samples});
  expect(talk.heard).toBe(keys);
});
