import {setTimeout as pause} from 'node:timers/promises';
import koffi from 'koffi';
import {expect, test} from 'vitest';
import {G722Decoder} from '../../firmware/audio/g722/decoder.ts';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {correlate} from '../support/correlation.ts';
import {Asterisk} from '../support/peers/asterisk.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {Linphone} from '../support/peers/linphone.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';
import {makeWideSpeech} from '../support/wide-speech.ts';

const [visitor, resident] = [makeSpeech(4, 81), makeSpeech(4, 82)];
const [wideVisitor, wideResident] = [makeWideSpeech(4, 83), makeWideSpeech(4, 84)];

/** Of wide speech a narrow codec leaves 0.71, G.722 itself 0.95; late packets cost some of it on a busy machine. */
const faithful = 0.8;

async function codecOf(station: TestStation): Promise<string | null> {
  const {call} = await station.get<{call: {codec: string | null}}>('/api/status');
  return call?.codec ?? null;
}

for (const codec of ['G722', 'PCMA'] as const) {
  for (const whoCalls of ['door', 'phone'] as const) {
    test(`baresip in ${codec}, called by the ${whoCalls}: both hear each other`, async (context) => {
      requirePeers(context, 'baresip');
      const run = startRun(context);
      const [said, answered] = codec === 'G722' ? [wideVisitor, wideResident] : [visitor, resident];
      const phone = await Baresip.start(run, {user: 'kitchen', says: answered, codec, autoAnswer: true});
      const sound = soundFiles(run, said);
      const station = await TestStation.start(run, {
        buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
        answer: {mode: 'automatic', from: [phone.uri]},
        audio: sound.audio,
      });
      if (whoCalls === 'door') await station.press();
      else await phone.dial(station.address());
      await station.waitForState('talking');
      expect(await codecOf(station)).toBe(codec);
      await pause(4500);
      await station.hangUp();
      await phone.waitFor('CALL_CLOSED');
      expect(await station.stop()).toBe(0);
      const atThePhone = correlate(said, phone.heard()!);
      expect(atThePhone.value).toBeGreaterThanOrEqual(faithful);
      expect(atThePhone.seconds).toBeGreaterThan(1.5);
      expect(correlate(sound.heard(), answered).value).toBeGreaterThanOrEqual(faithful);
    });
  }
}

for (const codec of ['g722', 'alaw'] as const) {
  test(`Asterisk's echo in ${codec}`, async (context) => {
    requirePeers(context, 'asterisk');
    const run = startRun(context);
    const password = 'door-secret';
    const server = await Asterisk.start(run, {phones: {door: {password, codec}}, says: resident});
    const said = codec === 'g722' ? wideVisitor : visitor;
    const sound = soundFiles(run, said);
    const registrar = `sip:127.0.0.1:${server.port}`;
    const station = await TestStation.start(run, {
      sip: {accounts: [{name: 'house', uri: 'sip:door@127.0.0.1', password, registrar}], domain: '127.0.0.1'},
      audio: sound.audio,
    });
    await station.waitForEntry('account-registered');
    await station.dial('100');
    await station.waitForState('talking');
    expect(await codecOf(station)).toBe(codec === 'g722' ? 'G722' : 'PCMA');
    await pause(4500);
    await station.hangUp();
    await station.waitForState('idle');
    expect(await station.stop()).toBe(0);
    // The station's own tones come before and after.
    const {value, seconds} = correlate(sound.heard(), said);
    expect(value).toBeGreaterThanOrEqual(faithful);
    expect(seconds).toBeGreaterThan(2);
  });
}

for (const codec of ['G722', 'PCMA'] as const) {
  test(`linphonec in ${codec}: both hear each other`, async (context) => {
    requirePeers(context, 'linphonec');
    const run = startRun(context);
    const phone = await Linphone.start(run, {user: 'guard', says: resident, codec});
    const said = makeSpeech(8, 85);
    const sound = soundFiles(run, said);
    const station = await TestStation.start(run, {
      buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
      audio: sound.audio,
    });
    await station.press();
    await phone.waitForCall();
    phone.answer();
    await phone.talk();
    await station.waitForState('talking');
    expect(await codecOf(station)).toBe(codec);
    await pause(5000);
    phone.hangUp();
    await station.waitForState('idle');
    expect(await station.stop()).toBe(0);
    expect(correlate(said, phone.heard()!).value).toBeGreaterThanOrEqual(0.85);
    expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
  });
}

test("G.722 is bit by bit what libspandsp's is", (context) => {
  requirePeers(context, 'libspandsp');
  const library = koffi.load(peerProgram('libspandsp'));
  const encodeInit = library.func('void *g722_encode_init(void *state, int rate, int options)');
  const encode = library.func('int g722_encode(void *state, void *bytes, const void *samples, int count)');
  const decodeInit = library.func('void *g722_decode_init(void *state, int rate, int options)');
  const decode = library.func('int g722_decode(void *state, void *samples, const void *bytes, int count)');
  const quiet = makeWideSpeech(4, 86).samples;
  // From barely there to as loud as can be.
  const samples = quiet.map((sample, index) => sample * 3 * (index / quiet.length) ** 2);
  const [ours, theirs] = [new Uint8Array(samples.length / 2), new Uint8Array(samples.length / 2)];
  new G722Encoder().encode(samples, samples.length, ours);
  encode(encodeInit(null, 64_000, 0), theirs, samples, samples.length);
  expect(Buffer.compare(ours, theirs)).toBe(0);
  const [heardHere, heardThere] = [new Int16Array(samples.length), new Int16Array(samples.length)];
  new G722Decoder().decode(theirs, 0, theirs.length, heardHere);
  decode(decodeInit(null, 64_000, 0), heardThere, theirs, theirs.length);
  // Theirs does not saturate.
  const differing = heardHere.filter((sample, index) => sample !== heardThere[index]);
  expect(differing.filter((sample) => Math.abs(sample) < 32_767)).toHaveLength(0);
  expect(differing.length).toBeLessThan(samples.length / 100);
});
