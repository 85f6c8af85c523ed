import {fileURLToPath} from 'node:url';
import {Pcm} from 'node-alsa';
import {expect, test, vi} from 'vitest';
import {doubled} from '../support/at-rate.ts';
import {correlate} from '../support/correlation.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import type {Sound} from '../support/wav.ts';
import {GpioSim} from './support/gpio-sim.ts';

/** As on a board; from its sources it would take twice as long to start. */
const bundle = fileURLToPath(new URL('../../build/firmware/cli.js', import.meta.url));

/** The station's; the two ends of the card have one rate. */
const rate = 16_000;
const SECONDS = 6;
/**
 * Emulated, both programs are late now and then and lose some frames, on a busy machine most of them; what comes between is
 * whole, and so much of it has to come.
 */
const CERTAIN_SECONDS = 1;
const LOUD = 500;
/** Longer than the station's tone at the start of a conversation, in samples. */
const BEEP = 0.4 * rate;
/** So long the test may be busy with something else and neither lose what the visitor hears nor stop his speech. */
const BUFFER_MS = 8000;

/** What is played at one of the card's devices is captured at the other. */
const loopback = (device: number, subdevice: number) =>
  `plughw:CARD=Loopback,DEV=${device},SUBDEV=${subdevice}`;

/**
 * Two virtual machines share the processors, and sound in real time has to get through once: where the emulated card stops again
 * and again, its clock cannot be followed, and no window of the speech is like the original.
 */
const patience = {retry: 4};

test(
  'a finger on the button rings a phone, and both sides hear each other through the sound card',
  patience,
  async (context) => {
    requirePeers(context, 'baresip', 'libasound');
    const sim = GpioSim.make(context);
    const run = startRun(context);
    const [outside, inside] = [makeSpeech(SECONDS, 21), makeSpeech(2 * SECONDS, 22)] as const;
    const phone = await Baresip.start(run, {user: 'kitchen', says: inside});
    const station = await TestStation.start(
      run,
      {
        board: 'virtual-machine',
        buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
        audio: {
          microphone: `alsa:${loopback(1, 1)}`,
          speaker: `alsa:${loopback(0, 0)}`,
          // Noise suppression and gain make another wave of the same words, and an emulated processor has no time for them.
          echo: 'off',
          codecs: ['PCMU'],
        },
      },
      {program: bundle},
    );
    const visitor = new Visitor();
    context.onTestFinished(() => visitor.close());

    sim.pull('GPIO17', 'down');
    await phone.waitFor('CALL_INCOMING');
    sim.pull('GPIO17', 'up');
    await phone.accept();
    await station.waitForState('talking');
    visitor.say(doubled(outside).samples);
    await vi.waitUntil(() => visitor.hasSaidAll, 60_000);
    await phone.waitUntilHeard(SECONDS + 1);
    const heard = withoutBeep(visitor.heard);
    await phone.hangUp();
    await phone.waitFor('CALL_CLOSED');
    expect(await station.stop()).toBe(0);

    const outwards = correlate(outside, phone.heard()!);
    const inwards = correlate(inside, heard);
    console.log(
      `heard without doubt: outwards ${outwards.certainSeconds.toFixed(1)} of ${outwards.seconds.toFixed(1)} s, inwards ${inwards.certainSeconds.toFixed(1)} of ${inwards.seconds.toFixed(1)} s`,
    );
    for (const {certainSeconds} of [outwards, inwards]) {
      expect(certainSeconds).toBeGreaterThanOrEqual(CERTAIN_SECONDS);
    }
  },
);

/** The station's own tone comes first. */
function withoutBeep({samples}: Sound): Sound {
  const start = samples.findIndex((sample) => Math.abs(sample) > LOUD);
  return {rate, samples: samples.subarray(start + BEEP)};
}

/** Somebody at the door: hears from the start, and says what he is told to. */
class Visitor {
  readonly #ears = open('capture', loopback(1, 0), 1);
  /** It begins when all is there that is to be said. */
  readonly #voice = open('playback', loopback(0, 1), SECONDS * 1000);
  readonly #heard: number[] = [];
  readonly #frame = new Int16Array(rate / 50);
  readonly #timer = setInterval(() => this.#move(), 100);
  #says: Int16Array = new Int16Array(0);
  #said = 0;

  constructor() {
    this.#ears.start();
  }

  say(samples: Int16Array): void {
    this.#says = samples;
  }

  get hasSaidAll(): boolean {
    return this.#said === this.#says.length;
  }

  /** What was heard so far. */
  get heard(): Sound {
    this.#move();
    return {rate, samples: Int16Array.from(this.#heard)};
  }

  close(): void {
    clearInterval(this.#timer);
    this.#ears.close();
    this.#voice.close();
  }

  #move(): void {
    const frame = this.#frame;
    let count = this.#ears.read(frame);
    for (; count > 0; count = this.#ears.read(frame)) this.#heard.push(...frame.subarray(0, count));
    if (count < 0) {
      this.#ears.recover(count);
      this.#ears.start();
    }
    while (!this.hasSaidAll) {
      const taken = this.#voice.write(this.#says.subarray(this.#said, this.#said + frame.length));
      if (taken < 0) this.#voice.recover(taken);
      if (taken <= 0) break;
      this.#said += taken;
    }
  }
}

function open(stream: 'capture' | 'playback', device: string, startMs: number): Pcm {
  const pcm = Pcm.open({
    ...{device, stream, rates: [rate], channels: 1},
    ...{periodMs: 20, bufferMs: BUFFER_MS, startMs},
  });
  if (pcm.rate !== rate) throw new Error(`${device} does ${pcm.rate} Hz`);
  return pcm;
}
