import {expect, test} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import type {StationStatus} from '../../firmware/station/status.ts';
import {openSoundCard} from '../../hal/sound/sound.ts';
import {memory} from '../bench/process-figures.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {fixedCard, startPulse, visitorCard} from '../support/pulse.ts';
import {RoundTrip} from '../support/round-trip.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';

/** `make long-call` asks for ten minutes. */
const callSeconds = Number(process.env['CALL_SECONDS'] ?? 60);
/** Until buffers have found their size, and code is compiled. */
const settlingSeconds = 15;
const measuredSeconds = 10;
/** By how much the way there and back together may have become longer, in ms. */
const most = 20;
/** By how much the process may have grown, in MB (10^6 bytes): the youngest objects come and go. */
const growth = 6;

for (const rate of [44_100, 48_000]) {
  const name = `a call of ${callSeconds} s through a card of ${rate} Hz: neither delay nor memory grows`;
  test(name, {timeout: (callSeconds + 60) * 1000}, async (context) => {
    requirePeers(context, 'pulseaudio', 'libasound', 'alsa-pulse', 'baresip');
    const run = startRun(context);
    const phone = await Baresip.start(run, {
      user: 'kitchen',
      says: makeSpeech(1),
      autoAnswer: true,
      echoes: true,
    });
    const {environment} = await startPulse(run, {air: rate, fixed: rate});
    Object.assign(process.env, environment);
    const device = `alsa:${fixedCard}`;
    const station = await TestStation.start(
      run,
      {
        buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
        audio: {microphone: device, speaker: device, echo: 'off'},
        talk_seconds: callSeconds + 120,
      },
      {environment},
    );
    const status = () => station.get<StationStatus>('/api/status');
    const xruns = ({call}: StationStatus) => call!.rtp.xruns;
    await station.press();
    await station.waitForState('talking');
    const spec = `alsa:${visitorCard}`;
    const card = openSoundCard({microphone: spec, speaker: spec, rate: 8000, clock});
    run.atEnd(() => card.close());
    const visitor = new RoundTrip(card, makeSpeech(20, 5).samples);

    await visitor.talk(settlingSeconds);
    const first = await visitor.measure(measuredSeconds);
    const [before, grownFrom] = [await status(), memory(station.process.pid!).anonymous];
    await visitor.talk(callSeconds - settlingSeconds - 2 * measuredSeconds);
    const last = await visitor.measure(measuredSeconds);
    const [after, grownTo] = [await status(), memory(station.process.pid!).anonymous];
    await station.hangUp();
    await phone.waitFor('CALL_CLOSED');
    expect(await station.stop()).toBe(0);

    console.log(
      `${rate} Hz, ${callSeconds} s: there and back ${first.delay.toFixed(1)} ms at the start, ${last.delay.toFixed(1)} at the end; ` +
        `xruns ${xruns(before)} and ${xruns(after)}; anonymous memory ${grownFrom.toFixed(1)} and ${grownTo.toFixed(1)} MB`,
    );
    expect([after.audio?.microphone.rate, after.audio?.speaker.rate]).toEqual([rate, rate]);
    for (const {seconds} of [first, last]) expect(seconds).toBeGreaterThan(measuredSeconds / 2);
    expect(last.delay - first.delay).toBeLessThan(most);
    expect(xruns(after)).toBe(xruns(before));
    expect(grownTo - grownFrom).toBeLessThan(growth);
  });
}
