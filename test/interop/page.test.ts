import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {Access} from '../../firmware/access/access.ts';
import {systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import type {HttpServer} from '../../firmware/web/http-server.ts';
import {build} from '../../tools/build.ts';
import {requirePeers} from '../support/peers/require.ts';
import {openBrowser, openPage} from '../web/browser.ts';
import {serve} from '../web/client.ts';
import {FakeStation} from '../web/fake-station.ts';
import {inTheMiddleOfACall, sampleCall} from '../web/sample-call.ts';

/** The page in a real browser, on a station that does exactly what the test says. */
const page = fileURLToPath(new URL('../../build/page/', import.meta.url));
let browser: Browser | undefined;

beforeAll(() => build('page'));
afterAll(() => browser?.close());

async function chromium(): Promise<Browser> {
  browser ??= await openBrowser();
  return browser;
}

test('a press, the call as it comes about, every message explained', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const server = await serve(station, {page});
  const {page: tab, mishaps} = await openPage(await chromium(), server.url);
  const on = (name: string) => tab.getByTestId(name);

  await on('press-bell').click();
  await expect.poll(() => station.asked).toEqual(['press bell']);
  await on('press-bell').press('Enter');
  await expect.poll(() => station.asked).toHaveLength(2);

  const {id} = station.log({});
  station.change({state: 'ringing', light: 'ringing'});
  station.shine(0, 0, 255);
  await expect.poll(() => on('state').textContent()).toBe('Ringing');
  await expect.poll(() => on('light-ring').getAttribute('data-frame')).toBe('0000ff'.repeat(16));
  expect(await on('light-ring').getAttribute('aria-label')).toContain('blue');

  for (const [index, message] of sampleCall().entries()) {
    station.message(id, message);
    await expect.poll(() => on('ladder-message').count()).toBe(index + 1);
  }
  const labels = await on('ladder-message').evaluateAll((all) => all.map((one) => one.dataset['label']));
  expect(labels).toEqual(['INVITE', '100 Trying', '180 Ringing', '200 OK', 'ACK', 'BYE', 'BYE', '200 OK']);
  await on('ladder-message').first().getByRole('button').click();
  const details = await on('message-details').textContent();
  expect(details).toContain('Max-Forwards: 70');
  expect(details).toContain('How many more servers');
  expect(details).toContain('G.711 µ-law');

  inTheMiddleOfACall(station);
  await expect.poll(() => on('state').getAttribute('data-state')).toBe('talking');
  expect(await on('door-front').getAttribute('data-open')).toBe('true');
  expect(await on('rtp').textContent()).toContain('PCMU');
  station.onMeters?.({microphone: -12, captured: -8, speaker: -30, echo: null});
  await expect.poll(() => on('meter-microphone').getAttribute('data-level')).toBe('-12');
  expect(await on('meter-speaker').getAttribute('data-level')).toBe('-30');
  await on('open-front').click();
  await on('hang-up').click();
  await expect
    .poll(() => station.asked.slice(2))
    .toEqual(['open front by the web page at 127.0.0.1', 'hang up']);

  station.change({state: 'idle', call: null});
  await on('dial').fill('101');
  await on('dial-call').click();
  await expect.poll(() => station.asked.at(-1)).toBe('dial 101');
  expect(mishaps).toEqual([]);
  await server.close();
});

test('the readers, and how the machine is', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const server = await serve(station, {page});
  const {page: tab, mishaps} = await openPage(await chromium(), server.url);
  const gate = {
    name: 'gate',
    kind: 'keypad' as const,
    connected: true,
    lastFault: null,
    read: 3,
    opened: 2,
    refused: 1,
  };
  station.change({
    readers: [gate, {...gate, name: 'hall', connected: false, lastFault: 'it was unplugged'}],
    system: {temperature: 61.3, throttled: true, undervoltage: false},
  });
  const text = (name: string) => tab.getByTestId(name).textContent();
  await expect.poll(() => text('reader-gate')).toMatch(/connected.*gate.*3 read, 1 refused/);
  expect(await text('reader-hall')).toMatch(/away.*hall.*it was unplugged/);
  expect(await text('temperature')).toBe('61 °C');
  expect(await tab.textContent('header')).toMatch(/slowed down$/);
  expect(mishaps).toEqual([]);
  await server.close();
});

test('microphone and loudspeaker: what is wrong, levels, and the tests', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const server = await serve(station, {page});
  const {page: tab, mishaps} = await openPage(await chromium(), server.url);
  const works = {device: 'alsa:plughw:CARD=Device', rate: 48_000, fault: null, xruns: 0};
  const fault = {state: 'missing', text: 'there is no ALSA device'} as const;
  station.change({
    audio: {microphone: {...works, rate: null, fault}, speaker: works, microphoneSilent: false},
  });
  const text = (name: string) => tab.getByTestId(name).textContent();
  await expect.poll(() => text('audio-microphone')).toMatch(/CARD=Device: there is no ALSA device$/);
  expect(await text('audio-loudspeaker')).toMatch(/CARD=Device: 48 kHz$/);
  await tab.getByTestId('audio-loop').click();
  await expect.poll(() => text('audio-result')).toBe('The loudspeaker is heard.');
  await tab.getByTestId('audio-record').click();
  await expect.poll(() => text('audio-result')).toBe('Recorded and played.');
  await tab.getByTestId('audio-listen').click();
  await expect.poll(() => station.asked).toContain('listen');
  const echo = {attenuation: 31.6, delayMs: 74, skewPpm: 0, halfDuplex: false};
  station.onMeters?.({microphone: -60, captured: -20, speaker: -12, echo});
  await expect
    .poll(() => text('audio-figures'))
    .toBe('captured -20 dB, after cancelling -60 dB, echo 32 dB down (ERLE), echo comes after 74 ms');
  expect(mishaps).toEqual([]);
  await server.close();
});

test('levels wait while the sound is tested, and leave what the test has found', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const {promise: recorded, resolve} = Promise.withResolvers<void>();
  const record = station.testRecording.bind(station);
  station.testRecording = () => recorded.then(record);
  const server = await serve(station, {page});
  const {page: tab} = await openPage(await chromium(), server.url);
  const text = (name: string) => tab.getByTestId(name).textContent();
  const asked = () => station.asked.filter((command) => command === 'listen').length;
  await tab.clock.install();
  await tab.getByTestId('audio-listen').click();
  await expect.poll(asked).toBe(1);
  await tab.getByTestId('audio-record').click();
  await expect.poll(() => text('audio-result')).toMatch(/^Recording/);
  // The page stops its timer with the next frame that it draws.
  await tab.clock.runFor(100);
  await tab.clock.fastForward(45_000);
  expect(await text('audio-result')).toMatch(/^Recording/);
  expect(asked()).toBe(1);
  resolve();
  await expect.poll(() => text('audio-result')).toBe('Recorded and played.');
  await expect.poll(asked).toBe(2);
  expect(await text('audio-result')).toBe('Recorded and played.');
  await server.close();
});

test('a call that fails in the same moment is listed too', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const server = await serve(station, {page});
  const {page: tab} = await openPage(await chromium(), server.url);
  const call = station.log({result: 'not-found', text: 'there is no such name'});
  station.append('Calling nowhere', {
    kind: 'call-started',
    call: call.id,
    direction: 'outgoing',
    targets: ['nowhere'],
  });
  await expect.poll(() => tab.getByTestId('call').count()).toBe(1);
});

test('the connection breaks: it says so, comes back by itself, and the journal has everything once', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  for (let count = 1; count <= 50; count += 1) station.append(`entry ${count}`);
  let server: HttpServer = await serve(station, {page});
  const {page: tab} = await openPage(await chromium(), server.url);
  const entries = () => tab.getByTestId('journal-entry').locator('.entry-text').allTextContents();
  const expected = (from: number, to: number) =>
    Array.from({length: to - from + 1}, (_, index) => `entry ${to - index}`);
  await expect.poll(entries).toEqual(expected(11, 50));

  await server.close();
  await expect.poll(() => tab.getByTestId('connection-lost').textContent()).toContain('is lost');
  for (let count = 51; count <= 55; count += 1) station.append(`entry ${count}`);
  server = await serve(station, {page, port: server.port});
  await expect.poll(entries, {timeout: 15_000}).toEqual(expected(11, 55));
  expect(await tab.getByTestId('connection-lost').textContent()).toBe('');
  await tab.getByRole('button', {name: 'Earlier entries'}).click();
  await expect.poll(entries).toEqual(expected(1, 55));
  await server.close();
});

test('under a prefix, on the smallest phone, light and dark, without moving parts', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  inTheMiddleOfACall(station);
  const server = await serve(station, {page});
  const proxy = createServer(({url = '', method, headers}, answer) => {
    const onward = request({port: server.port, path: url.replace(/^\/door/, ''), method, headers}, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    answer.on('close', () => onward.destroy());
    onward.on('error', () => answer.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/door/`;

  for (const colorScheme of ['light', 'dark'] as const) {
    const {page: tab, mishaps} = await openPage(await chromium(), url, {
      viewport: {width: 360, height: 640},
      colorScheme,
      reducedMotion: 'reduce',
      hasTouch: true,
    });
    await expect.poll(() => tab.getByTestId('ladder-message').count()).toBe(5);
    await tab.getByTestId('ladder-message').first().getByRole('button').tap();
    await tab.getByTestId('press-bell').tap();
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await tab.evaluate(() => document.getAnimations().length)).toBe(0);
    const nameless = await tab.getByRole('button').evaluateAll(
      (all) =>
        all.filter((one) => {
          const labels = one instanceof HTMLInputElement ? one.labels?.length : 0;
          return !(one.textContent?.trim() || one.ariaLabel || labels);
        }).length,
    );
    expect(nameless).toBe(0);
    expect(mishaps).toEqual([]);
    await tab.close();
  }
  await expect.poll(() => station.asked).toEqual(['press bell', 'press bell']);
  proxy.closeAllConnections();
  proxy.close();
  await server.close();
});

test('a new station asks for a password and for whom to call; then one signs in, makes a token, signs out', async (context) => {
  requirePeers(context, 'chromium');
  const station = new FakeStation();
  const folder = mkdtempSync(join(tmpdir(), 'doorline-page-'));
  const access = new Access({file: join(folder, 'access.json'), clock: systemClock, random: systemRandom});
  const server = await serve(station, {page, access, address: '0.0.0.0'});
  const {page: tab, mishaps} = await openPage(
    await chromium(),
    `http://127.0.0.1:${server.port}`,
    {},
    'gate-submit',
  );
  const on = (name: string) => tab.getByTestId(name);
  const enter = async (fields: Record<string, string>) => {
    for (const [name, value] of Object.entries(fields)) await on(name).fill(value);
    await on('gate-submit').click();
  };

  await enter({password: 'open sesame', 'password-again': 'open sesam'});
  await expect.poll(() => on('gate-trouble').textContent()).toContain('not the same');
  await enter({'password-again': 'open sesame'});
  await on('targets').waitFor();
  expect(await on('targets').inputValue()).toBe('sip:indoor@127.0.0.1:5062');
  await enter({targets: ''});
  await on('state').waitFor();
  expect(station.asked).toEqual([]);
  await on('targets-of-bell').getByRole('button').click();
  await enter({targets: '192.168.1.20, 101'});
  await on('state').waitFor();
  expect(station.asked).toEqual(['set bell to 192.168.1.20 101 by the web page at 127.0.0.1']);
  await on('press-bell').click();
  await expect.poll(() => station.asked.at(-1)).toBe('press bell');

  await on('token-name').fill('Home Assistant');
  await on('make-token').click();
  const token = (await on('fresh-token').textContent()) ?? '';
  expect(access.isToken(token)).toBe(true);
  await expect.poll(() => on('token').textContent()).toContain('Home Assistant');

  await on('sign-out').click();
  await on('password').waitFor();
  expect(await on('state').count()).toBe(0);
  expect(mishaps).toEqual([]);
  await enter({password: 'open sesam!'});
  await expect
    .poll(() => on('gate-trouble').textContent(), {timeout: 20_000})
    .toBe('This is not the password.');
  await enter({password: 'open sesame'});
  await on('state').waitFor();
  await tab.reload();
  await on('state').waitFor();

  await access.changePassword('open sesame', 'close sesame', '192.0.2.1');
  await on('password').waitFor({timeout: 30_000});
  await tab.close();
  await server.close();
  rmSync(folder, {recursive: true});
});
