import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, onTestFinished, type TestContext, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {failure, success} from '../../firmware/base/result.ts';
import {Settings} from '../../firmware/config/settings.ts';
import {describeEvent} from '../../firmware/station/journal-text.ts';
import {beginTrial} from '../../firmware/update/trial.ts';
import {UpdateMemory} from '../../firmware/update/update-record.ts';
import type {UpdateStatus} from '../../firmware/update/update-status.ts';
import {Updater} from '../../firmware/update/updater.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';
import {build} from '../../tools/build.ts';
import {FakeClock} from '../support/fake-clock.ts';
import {requirePeers} from '../support/peers/require.ts';
import {FakeInstaller} from '../update/fake-installer.ts';
import {openBrowser, openPage} from '../web/browser.ts';
import {serve} from '../web/client.ts';
import {FakeStation} from '../web/fake-station.ts';

/** The cards of the page about the station as a whole, in a real browser: the updater is the real one, what it installs with is not. */
const page = fileURLToPath(new URL('../../build/page/', import.meta.url));
let browser: Browser | undefined;

beforeAll(() => build('page'));
afterAll(() => browser?.close());

/** Looks until it fits, for as long as a busy machine may take. */
const until = <Value>(look: () => Value) => expect.poll(look, {timeout: 15_000});

interface Scene {
  tab: Page;
  station: FakeStation;
  installer: FakeInstaller;
  clock: FakeClock;
  /** Where uploads are put. */
  upload: string;
  mishaps: string[];
  text(name: string): Promise<string | null>;
}

async function open(
  context: TestContext,
  {status, idle = () => true}: {status?: UpdateStatus | undefined; idle?: () => boolean} = {},
): Promise<Scene> {
  requirePeers(context, 'chromium');
  browser ??= await openBrowser();
  const folder = mkdtempSync(join(tmpdir(), 'doorline-page-update-'));
  const [station, installer, clock] = [new FakeStation(), new FakeInstaller(), new FakeClock()];
  const upload = join(folder, 'update.raucb');
  const updater = new Updater({
    installer,
    memory: new UpdateMemory(folder),
    clock,
    boot: 'boot 1',
    status,
    isIdle: idle,
    soundWorks: () => true,
    restart: () => true,
    tell: (event) => station.append(describeEvent(event), event),
    onBusy: () => undefined,
  });
  const server = await serve(station, {page, updates: {updater, upload}});
  const {page: tab, mishaps} = await openPage(browser, server.url);
  onTestFinished(async () => {
    await tab.close();
    await server.close();
    rmSync(folder, {recursive: true});
  });
  return {
    tab,
    station,
    installer,
    clock,
    upload,
    mishaps,
    text: (name) => tab.getByTestId(name).textContent(),
  };
}

test('a bundle as a file: it is sent, waits for the end of a call, is installed, with its progress', async (context) => {
  let idle = false;
  const {tab, installer, clock, upload, mishaps, text} = await open(context, {idle: () => idle});
  const file = join(upload, '../bundle.raucb');
  writeFileSync(file, Buffer.alloc(3_000_000, 'bundle'));
  await until(() => text('update-status')).toBe('No update is under way.');
  await tab.getByTestId('update-file').setInputFiles(file);
  await until(() => text('update-status')).toBe('It waits for the end of the call.');
  expect(readFileSync(upload).equals(readFileSync(file))).toBe(true);
  expect(await tab.getByTestId('update-file').isDisabled()).toBe(true);
  idle = true;
  clock.advance(1_000);
  await until(() => installer.asked).toEqual([upload]);
  installer.progress?.(40);
  await until(() => text('update-status')).toBe('Installing, 40 %');
  expect(await tab.getByTestId('update-progress').getAttribute('value')).toBe('40');
  installer.finish?.(success(undefined));
  await until(() => text('update-status')).toMatch(/^Installed\. The board starts anew/);
  expect(await tab.getByTestId('update-progress').count()).toBe(0);
  expect(mishaps).toEqual([]);
});

test('how far a file has gone is shown', async (context) => {
  const {tab, upload, text} = await open(context);
  const file = join(upload, '../bundle.raucb');
  writeFileSync(file, Buffer.alloc(2_000_000));
  const {promise: gone, resolve: letGo} = Promise.withResolvers<void>();
  await tab.route('**/api/update', async (route) => {
    if (route.request().method() === 'POST') await gone;
    await route.continue();
  });
  await tab.getByTestId('update-file').setInputFiles(file);
  await until(() => text('update-status')).toMatch(/^Sending the file, \d+ %$/);
  expect(await tab.getByTestId('update-progress').count()).toBe(1);
  letGo();
  await until(() => text('update-status')).toBe('Installing, 0 %');
});

test('a URL: what is no URL, and what is refused, is said, and another may follow', async (context) => {
  const {tab, station, installer, text} = await open(context);
  const install = async (url: string) => {
    await tab.getByTestId('update-url').fill(url);
    await tab.getByTestId('update-begin').click();
  };
  await install('ftp://example.org/a');
  await until(() => text('update-trouble')).toBe('"url" must be a URL of HTTP or HTTPS.');
  await install('https://example.org/a.raucb');
  await until(() => installer.asked).toEqual(['https://example.org/a.raucb']);
  installer.finish?.(failure({reason: 'It is for another kind of board.', lasting: true}));
  await until(() => text('update-status')).toBe(
    'It is for another kind of board. What runs is what ran before.',
  );
  expect(await text('update-trouble')).toBe('');
  await until(() => text('journal')).toContain('another kind of board');
  expect(station.entries.map(({kind}) => kind)).toEqual(['update-started', 'update-refused']);
  await install('https://example.org/b.raucb');
  await until(() => installer.asked).toHaveLength(2);
});

test('after the restart: on trial, and gone back', async (context) => {
  const trial = await open(context, {status: {state: 'trial', percent: null, reason: null}});
  await until(() => trial.text('update-status')).toContain('it is being found out whether it works');
  expect(await trial.tab.getByTestId('update-begin').isDisabled()).toBe(true);

  const folder = mkdtempSync(join(tmpdir(), 'doorline-page-update-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const memory = new UpdateMemory(folder);
  memory.keep({from: 'A', boot: 'boot 0'});
  const told: string[] = [];
  const {status} = await beginTrial({
    installer: new FakeInstaller(),
    memory,
    boot: 'boot 1',
    version: '0.1.0',
    restart: () => undefined,
    tell: (event) => told.push(describeEvent(event)),
  });
  const back = await open(context, {status});
  for (const text of told) back.station.append(text);
  await until(() => back.text('update-status')).toMatch(/the board has gone back/);
  await until(() => back.text('journal')).toContain(told[0]!);
});

test('where there are no slots the page does not speak of updates', async (context) => {
  requirePeers(context, 'chromium');
  browser ??= await openBrowser();
  const server = await serve(new FakeStation(), {page});
  onTestFinished(() => server.close());
  const {page: tab} = await openPage(browser, server.url);
  await tab.getByTestId('locate').waitFor();
  expect(await tab.getByTestId('update-status').count()).toBe(0);
});

test('Locate: the station shows where it is, or says why not', async (context) => {
  const {tab, station, text} = await open(context);
  await tab.getByTestId('locate').click();
  await until(() => station.asked).toEqual(['locate']);
  station.outcome = failure({code: 'busy', text: 'There is a call; hang up first'});
  await tab.getByTestId('locate').click();
  await until(() => text('notice')).toContain('hang up first');
});

test('a backup is saved as a file, and restored with the codes that are not in it', async (context) => {
  requirePeers(context, 'chromium');
  browser ??= await openBrowser();
  const folder = mkdtempSync(join(tmpdir(), 'doorline-page-backup-'));
  const file = join(folder, 'doorline.yaml');
  const written = 'name: Gate\nboard: simulated\ndoors:\n  - {name: front, output: relay-1, code: 4711}\n';
  writeFileSync(file, written);
  const station = new FakeStation();
  const settings = new Settings(file, boards, join(folder, 'data'), readWavFile);
  const server = await serve(station, {page, settings});
  const {page: tab, mishaps} = await openPage(browser, server.url);
  onTestFinished(async () => {
    await tab.close();
    await server.close();
    rmSync(folder, {recursive: true});
  });
  const text = (name: string) => tab.getByTestId(name).textContent();
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.getByTestId('backup').click()]);
  expect(download.suggestedFilename()).toBe('doorline-front-door.yaml');
  const backup = join(folder, 'backup.yaml');
  await download.saveAs(backup);
  expect(mishaps).toEqual([]);

  const wrong = join(folder, 'wrong.yaml');
  writeFileSync(wrong, readFileSync(backup, 'utf8').replace('output:', 'outpt:'));
  await tab.getByTestId('restore-file').setInputFiles(wrong);
  await until(() => text('restore-trouble')).toMatch(/Line \d+, column \d+: doors\.0\.outpt unknown key/);
  await tab.getByTestId('restore-file').setInputFiles(backup);
  await until(() => text('restore-trouble')).toContain('Enter these: door-front');
  expect(readFileSync(file, 'utf8')).toBe(written);
  await tab.getByTestId('secret-door-front').fill('0815');
  await tab.getByTestId('restore-again').click();
  await until(() => text('restored')).toBe('Restored. The station starts anew now.');
  expect(readFileSync(file, 'utf8')).toContain('!secret door-front');
  expect(await tab.getByTestId('restore-again').count()).toBe(0);
});
