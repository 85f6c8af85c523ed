import {expect, type TestContext, test} from 'vitest';
import {correlate} from '../support/correlation.ts';
import {Baresip, type BaresipOptions} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {TestStation} from '../support/station.ts';
import {soundFiles} from '../support/station-sound.ts';

const visitor = makeSpeech(6, 91);
const resident = makeSpeech(2, 92);

type AnswerHeader = NonNullable<BaresipOptions['answerHeader']>;

/** baresip 1.1, which asks to be answered in a header of its choice, and a station where calls wait for a hand. */
async function start(context: TestContext, answerHeader: AnswerHeader, from: string[]) {
  requirePeers(context, 'baresip-1.1');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: resident, version: '1.1', answerHeader});
  const sound = soundFiles(run, visitor);
  const station = await TestStation.start(run, {answer: {mode: 'manual', from}, audio: sound.audio});
  return {phone, station, sound};
}

const headers: [AnswerHeader, RegExp][] = [
  ['rfc5373', /^(Priv-)?Answer-Mode: Auto/im],
  ['call-info', /^Call-Info: .*;answer-after=0/im],
  ['alert-info', /^Alert-Info: .*;info=alert-autoanswer;delay=0/im],
];

for (const [header, line] of headers) {
  test(`baresip asks by ${header} to be answered: the station answers somebody on its list, both hear`, async (context) => {
    const {phone, station, sound} = await start(context, header, ['127.0.0.1']);
    await phone.command('setadelay', '0');
    await phone.dial(station.address());
    await phone.waitUntilHeard(2.5);
    await phone.hangUp();
    await station.waitForState('idle');
    expect((await station.ladder())[0]?.message).toMatch(line);
    expect((await station.journal()).map(({kind}) => kind)).toContain('call-answered');
    expect(await station.stop()).toBe(0);
    expect(correlate(visitor, phone.heard()!).value).toBeGreaterThanOrEqual(0.95);
    expect(correlate(sound.heard(), resident).value).toBeGreaterThanOrEqual(0.95);
  });
}

test('baresip asks for nothing of the kind: the station waits for a hand', async (context) => {
  const {phone, station} = await start(context, 'call-info', ['127.0.0.1']);
  await phone.dial(station.address());
  await phone.waitFor('CALL_RINGING');
  expect(await station.state()).toBe('incoming');
  await phone.hangUp();
  await station.waitForState('idle');
  expect((await station.journal()).map(({kind}) => kind)).not.toContain('call-answered');
});

test('a stranger who asks to be answered gets 403', async (context) => {
  const {phone, station} = await start(context, 'call-info', ['sip:office@192.0.2.1']);
  await phone.command('setadelay', '0');
  await phone.dial(station.address());
  expect((await phone.waitFor('CALL_CLOSED')).param).toContain('403');
  expect((await station.waitForEntry('call-refused'))['status']).toBe(403);
});
