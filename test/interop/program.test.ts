import {spawnSync} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import type {StationStatus} from '../../firmware/station/status.ts';
import {Baresip} from '../support/peers/baresip.ts';
import {requirePeers} from '../support/peers/require.ts';
import {startRun} from '../support/run-folder.ts';
import {makeSpeech} from '../support/speech.ts';
import {type JournalEntry, TestStation, writeConfiguration} from '../support/station.ts';

const program = fileURLToPath(new URL('../../firmware/cli.ts', import.meta.url));
const speech = makeSpeech(2, 31);

/** Runs `doorline` to its end. */
function doorline(...parameters: string[]): {status: number | null; output: string; errors: string} {
  const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...parameters], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return {status, output: stdout, errors: stderr};
}

const stackTrace = /^\s+at .*:\d+:\d+\)?$/m;

test('a wrong configuration: line, column, key and what is allowed, exit status 2', (context) => {
  const {folder} = startRun(context);
  const file = join(folder, 'doorline.yaml');
  writeFileSync(
    file,
    'name: Door\nboard: simulated\nbuttons:\n  - name: bell\n    input: button-1\n    ring_secnds: 5\n',
  );
  for (const command of ['check', 'run']) {
    const {status, errors} = doorline(command, '--config', file);
    expect(status).toBe(2);
    expect(errors).toContain(`${file}:6:5: buttons.0.ring_secnds`);
    expect(errors).toContain('ring_seconds');
    expect(errors).not.toMatch(stackTrace);
  }
});

test('a good configuration passes the check', async (context) => {
  const run = startRun(context);
  const file = await writeConfiguration(run, {});
  const {status, errors} = doorline('check', '--config', file);
  expect(errors).toBe('');
  expect(status).toBe(0);
});

test('a file that is not there, no file at all, an unknown command: exit status 2 and how to ask', () => {
  expect(doorline('run', '--config', '/nonexistent/doorline.yaml').status).toBe(2);
  expect(doorline('run').status).toBe(2);
  const {status, errors} = doorline('fly');
  expect(status).toBe(2);
  expect(errors).toContain('doorline run --config FILE');
});

test('a SIP port in use: which, and what to do', async (context) => {
  const run = startRun(context);
  const file = await writeConfiguration(run, {});
  const port = Number(/udp:127\.0\.0\.1:(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]);
  const occupant = createSocket('udp4').bind(port, '127.0.0.1');
  await once(occupant, 'listening');
  run.atEnd(() => void occupant.close());
  const {status, errors} = doorline('run', '--config', file);
  expect(status).toBe(1);
  expect(errors).toContain(String(port));
  expect(errors).toMatch(/in use/);
  expect(errors).toMatch(/sip\.listen/);
  expect(errors).not.toMatch(stackTrace);
});

test('a sound file that is not there: which, and what to do', async (context) => {
  const run = startRun(context);
  const file = await writeConfiguration(run, {audio: {microphone: 'file:no-such-file.wav'}});
  const {status, errors} = doorline('run', '--config', file);
  expect(status).toBe(1);
  expect(errors).toContain('no-such-file.wav');
  expect(errors).not.toMatch(stackTrace);
});

test('a sound card that is not there: the station runs and says so', async (context) => {
  const run = startRun(context);
  const station = await TestStation.start(run, {
    audio: {microphone: 'alsa:plughw:CARD=NoSuch', speaker: 'discard'},
  });
  const {audio} = await station.get<StationStatus>('/api/status');
  expect(audio?.microphone.fault?.state).toBe('missing');
  expect(audio?.speaker.fault).toBe(null);
  const told = (await station.journal()).filter(({kind}) => kind === 'sound-fault');
  expect(told).toHaveLength(1);
  expect(told[0]!.text).toContain('there is no ALSA device "plughw:CARD=NoSuch"');
  expect((await station.send('POST', '/api/locate')).ok).toBe(true);
  expect(await station.stop()).toBe(0);
});

test('a data folder that another station uses: which, and what to do', async (context) => {
  const run = startRun(context);
  const station = await TestStation.start(run, {});
  const file = await writeConfiguration(run, {name: 'Other'});
  const folder = join(dirname(station.configFile), 'data');
  writeFileSync(file, readFileSync(file, 'utf8').replace('data: ./data', `data: ${folder}`));
  const {status, errors} = doorline('run', '--config', file);
  expect(status).toBe(1);
  expect(errors).toContain(`${folder} is in use by another station`);
  expect(errors).not.toMatch(stackTrace);
});

test('a terminal that goes away ends it like SIGTERM: orderly, with 0', async (context) => {
  const station = await TestStation.start(startRun(context), {});
  station.process.signal('SIGHUP');
  expect(await station.process.waitForExit(10_000)).toBe(0);
});

test('whoever reads its output may stop reading', () => {
  const {stderr} = spawnSync('sh', ['-c', '"$0" "$1" help | true', process.execPath, program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
});

test('help is given wherever it is asked for', () => {
  for (const words of [['--help'], ['run', '--help'], ['call', '-h']]) {
    expect(doorline(...words)).toMatchObject({status: 0, output: expect.stringContaining('doorline run')});
  }
});

test('SIGTERM in a call: it hangs up first, and exits with 0', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: speech, autoAnswer: true});
  const station = await TestStation.start(run, {
    buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}],
  });
  await station.press();
  await station.waitForState('talking');
  await phone.waitFor('CALL_ESTABLISHED');
  expect(await station.stop()).toBe(0);
  await phone.waitFor('CALL_CLOSED', {timeout: 2000});
});

test('kill -9 at any moment: no journal entry that was told is lost, and numbering goes on', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: speech, autoAnswer: true});
  const settings = {buttons: [{name: 'bell', input: 'button-1', call: [phone.uri]}]};
  const told = new Map<number, JournalEntry>();
  for (const moment of [40, 170, 420]) {
    const station = await TestStation.start(run, settings);
    const kept = new Map((await station.journal()).map((entry) => [entry.seq, entry]));
    for (const [seq, entry] of told) expect(kept.get(seq)).toEqual(entry);
    expect(Math.min(...kept.keys())).toBe(1);
    expect(kept.size).toBe(Math.max(...kept.keys()));
    await station.press();
    await pause(moment);
    for (const entry of await station.journal()) told.set(entry.seq, entry);
    station.process.signal('SIGKILL');
    await station.process.waitForExit(5000);
  }
});

test('doorline call: places one call, shows its ladder, and ends with the far end', async (context) => {
  requirePeers(context, 'baresip');
  const run = startRun(context);
  const phone = await Baresip.start(run, {user: 'kitchen', says: speech});
  const file = await writeConfiguration(run, {});
  const call = run.processes.start(process.execPath, [program, 'call', '--config', file, phone.uri]);
  await phone.waitFor('CALL_INCOMING');
  await phone.accept();
  await phone.waitFor('CALL_ESTABLISHED');
  await pause(500);
  await phone.hangUp();
  expect(await call.waitForExit(10_000)).toBe(0);
  for (const word of ['INVITE', '180', '200', 'ACK', 'BYE']) expect(call.output).toContain(word);
});

test('doorline call to nobody: says why, exit status 1', async (context) => {
  const run = startRun(context);
  const file = await writeConfiguration(run, {});
  const {status, output, errors} = doorline('call', '--config', file, 'sip:nobody@127.0.0.1:9');
  expect(status).toBe(1);
  expect(output + errors).toContain('127.0.0.1');
  expect(errors).not.toMatch(stackTrace);
});

test('what time of day it is follows the time zone of the configuration, whatever that of the machine', async (context) => {
  const run = startRun(context);
  const asks = join(run.folder, 'asks.mjs');
  writeFileSync(asks, "process.on('SIGUSR2', () => console.log('hour', new Date(0).getHours()));\n");
  const environment = {TZ: 'America/New_York', NODE_OPTIONS: `--import=${asks}`};
  const station = await TestStation.start(run, {timezone: 'Asia/Tokyo'}, {environment});
  station.process.signal('SIGUSR2');
  const [, hour] = await station.process.waitForOutput(/^hour (\d+)$/m, 10_000);
  expect(hour).toBe('9');
});
