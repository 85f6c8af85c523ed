import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {boards} from '../../boards/index.ts';
import {Access} from '../../firmware/access/access.ts';
import {systemClock} from '../../firmware/base/clock.ts';
import {systemRandom} from '../../firmware/base/random.ts';
import {Settings} from '../../firmware/config/settings.ts';
import {readWavFile} from '../../hal/sound/wav-file.ts';
import {ask, serve} from './client.ts';
import {FakeStation} from './fake-station.ts';

const written =
  'name: Gate\nboard: simulated\ndoors:\n  - {name: front, output: relay-1, code: 4711}\nhttp: {listen: 127.0.0.1:0}\n';

let folder: string;
let station: FakeStation;
let restarts: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-backup-api-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  station = new FakeStation();
  restarts = 0;
  writeFileSync(join(folder, 'doorline.yaml'), written);
});

async function start(address = '127.0.0.1') {
  const access = new Access({file: join(folder, 'access.json'), clock: systemClock, random: systemRandom});
  const server = await serve(station, {
    address,
    access,
    settings: new Settings(join(folder, 'doorline.yaml'), boards, join(folder, 'data'), readWavFile),
    restart: () => {
      restarts += 1;
      return true;
    },
  });
  onTestFinished(() => server.close());
  return {server, access};
}

const config = () => readFileSync(join(folder, 'doorline.yaml'), 'utf8');
const json = {'Content-Type': 'application/json'};

test('a backup is a file that names the station and what is not in it; it goes back with that', async () => {
  const {server} = await start();
  const backup = await ask(server, 'GET', '/api/backup');
  expect(backup.headers['content-type']).toBe('application/yaml; charset=utf-8');
  expect(backup.headers['content-disposition']).toBe('attachment; filename="doorline-front-door.yaml"');
  expect(backup.text).toMatch(
    /^# Backup of .*"Front door".*\n# To be entered when it is restored: door-front\.\n/,
  );
  expect(backup.text).not.toContain('4711');

  const restore = (body: unknown) =>
    ask(server, 'POST', '/api/backup', {headers: json, body: JSON.stringify(body)});
  const asked = await restore({backup: backup.text});
  expect([asked.status, JSON.parse(asked.text).missing]).toEqual([400, ['door-front']]);
  expect([config(), restarts]).toEqual([written, 0]);
  const done = await restore({backup: backup.text, secrets: {'door-front': '0815'}});
  expect([done.status, JSON.parse(done.text)]).toEqual([200, {restarts: true}]);
  expect([config(), restarts]).toEqual([backup.text, 1]);
  expect(station.asked).toEqual(['restored by the web page at 127.0.0.1']);
});

test.each([
  '[]',
  '{}',
  'null',
  '{"backup": 1}',
  '{"backup": "board: pc", "more": 1}',
  '{"backup": "board: pc", "secrets": []}',
  '{"backup": "board: pc", "secrets": {"a": 1}}',
  '{"backup": "board: nothing"}',
  `{"backup": "board: pc\\n#${'x'.repeat(4_300_000)}"}`,
  'x',
])('%.60s changes nothing', async (body) => {
  const {server} = await start();
  const {status} = await ask(server, 'POST', '/api/backup', {headers: json, body});
  expect([status >= 400 && status < 500, config(), restarts]).toEqual([true, written, 0]);
});

test('a configuration as long as one may be goes back', async () => {
  const {server} = await start();
  const long = `${written}#${' "'.repeat(500_000)}\n`;
  const body = JSON.stringify({backup: long});
  expect((await ask(server, 'POST', '/api/backup', {headers: json, body})).status).toBe(200);
  expect([config() === long, restarts]).toEqual([true, 1]);
});

test('never during a call', async () => {
  const {server} = await start();
  station.change({state: 'talking'});
  const body = JSON.stringify({backup: written});
  const {status, text} = await ask(server, 'POST', '/api/backup', {headers: json, body});
  expect([status, JSON.parse(text).detail]).toEqual([409, 'There is a call; hang up first.']);
  expect([config(), restarts]).toEqual([written, 0]);
});

test('who may only look gets no backup, and restores none', async () => {
  const {server, access} = await start('0.0.0.0');
  expect((await ask(server, 'GET', '/api/status')).status).toBe(200);
  const status = async (method: string) => (await ask(server, method, '/api/backup')).status;
  expect([await status('GET'), await status('POST')]).toEqual([403, 403]);
  await access.setFirstPassword('open sesame');
  expect([await status('GET'), await status('POST')]).toEqual([401, 401]);
});
