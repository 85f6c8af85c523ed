import {expect, test} from 'vitest';
import type {StationStatus} from '../../firmware/station/status.ts';
import {memory} from '../bench/process-figures.ts';
import {startMirroredPhone} from '../support/peers/mirrored-phone.ts';
import {requirePeers} from '../support/peers/require.ts';
import {fixedCard, startPulse} from '../support/pulse.ts';
import {PulseVisitor} from '../support/pulse-visitor.ts';
import {startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

/** `make long-call` asks for ten minutes. */
const callSeconds = Number(process.env['CALL_SECONDS'] ?? 60);
/** Until buffers have found their size, the jitter buffer after half a minute, and code is compiled. */
const settlingSeconds = Math.min(45, callSeconds / 4);
const measuredSeconds = 10;
/**
 * By how much the way there and back together may have become longer, in ms. The far end adds nothing to it: it is a mirror of
 * packets, for a telephone in its place may come to wait longer by itself, as baresip 1.0 does by 20 ms for good where it was late
 * once. So it is from a mouth to the microphone's card, through the station to the network, and back to an ear.
 */
const most = 20;
/** The cards are programs: on a busy machine they are late now and then, which must not add up. */
const secondsPerXrun = 10;
/** By how much the process may have grown, in MB (10^6 bytes): the youngest objects come and go. */
const growth = 6;

for (const rate of [44_100, 48_000]) {
  const name = `a call of ${callSeconds} s through a card of ${rate} Hz: neither delay nor memory grows`;
  test(name, {timeout: (callSeconds + 60) * 1000}, async (context) => {
    requirePeers(context, 'pulseaudio', 'libasound', 'pacat', 'alsa-pulse', 'sipp');
    const run = startRun(context);
    const phone = await startMirroredPhone(run, callSeconds + 120);
    const pulse = await startPulse(run, {air: rate, fixed: rate});
    const device = `alsa:${fixedCard}`;
    const station = await TestStation.start(
      run,
      {
        buttons: [{name: 'bell', input: 'button-1', call: [phone]}],
        audio: {microphone: device, speaker: device, echo: 'off'},
        talk_seconds: callSeconds + 120,
      },
      {environment: pulse.environment},
    );
    const status = () => station.get<StationStatus>('/api/status');
    const xruns = ({call}: StationStatus) => call!.rtp.xruns;
    await station.press();
    await station.waitForState('talking');
    const visitor = PulseVisitor.start(run, pulse, callSeconds);
    const reached = (seconds: number) =>
      station.process.waitUntil(
        `${seconds} s were recorded`,
        () => visitor.seconds >= seconds,
        (seconds + 30) * 1000,
      );

    await reached(settlingSeconds + measuredSeconds);
    const [before, grownFrom] = [await status(), memory(station.process.pid!).anonymous];
    await reached(callSeconds);
    const [after, grownTo] = [await status(), memory(station.process.pid!).anonymous];
    await visitor.end();
    await station.hangUp();
    expect(await station.stop()).toBe(0);

    const first = visitor.delay(settlingSeconds, measuredSeconds);
    const last = visitor.delay(callSeconds - measuredSeconds, measuredSeconds);
    console.log(
      `${rate} Hz, ${callSeconds} s: there and back ${first.delay.toFixed(1)} ms at the start, ${last.delay.toFixed(1)} at the end; ` +
        `waiting here ${before.call!.rtp.delayMs} and ${after.call!.rtp.delayMs} ms; xruns ${xruns(before)} and ${xruns(after)}; anonymous memory ${grownFrom.toFixed(1)} and ${grownTo.toFixed(1)} MB`,
    );
    expect([after.audio?.microphone.rate, after.audio?.speaker.rate]).toEqual([rate, rate]);
    for (const {seconds} of [first, last]) expect(seconds).toBeGreaterThan(measuredSeconds / 4);
    expect(last.delay - first.delay).toBeLessThan(most);
    expect(xruns(after) - xruns(before)).toBeLessThan(callSeconds / secondsPerXrun);
    expect(grownTo - grownFrom).toBeLessThan(growth);
  });
}
