import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {boards} from '../../boards/index.ts';
import {isPassword} from '../../firmware/access/password-hash.ts';
import {loadConfig} from '../../firmware/config/load-config.ts';
import {requestReset} from '../../firmware/device/device-reset.ts';
import {firstBoot} from '../../firmware/device/first-boot.ts';
import {power} from '../support/failing-power.ts';

vi.mock('node:fs', async (original) =>
  (await import('../support/failing-power.ts')).withFailingPower(await original()),
);

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH me@laptop';
/** Of "open sesame", with the least effort. */
const hash = '$scrypt$ln=14,r=8,p=1$AQEBAQEBAQEBAQEBAQEBAQ$hBMHMGLm+5JzUt0d9fE/0RyDyVuQJ1N2e4bLF1LxnTI';
const setup = `name: Front door
wifi: {ssid: Home "2", passphrase: 'a "quoted" one', country: DE}
call: [192.168.1.20, 101]
account: {uri: sip:door@example.org, password: 0042}
password_hash: ${hash}
timezone: Asia/Tokyo
ssh_key: ${key}
`;

let boot: string;
let data: string;
let from: string;
let said: string[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-first-boot-'));
  onTestFinished(() => {
    power.left = undefined;
    rmSync(folder, {recursive: true});
  });
  boot = join(folder, 'boot');
  data = join(folder, 'data');
  from = join(boot, 'doorline-setup.yaml');
  said = [];
  for (const one of [boot, data, join(data, 'doorline')]) mkdirSync(one);
  if (process.getuid?.() === 0) chownSync(join(data, 'doorline'), 4711, 4712);
});

const start = () =>
  firstBoot({from, to: data, board: boards.get('raspberry-pi-4')!, boards, say: (text) => said.push(text)});
const read = (path: string) => readFileSync(join(data, path), 'utf8');

function config() {
  const loaded = loadConfig(join(data, 'doorline/doorline.yaml'), boards);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

/** Everything on the data partition: paths and contents. */
function everything(): Record<string, string> {
  const files = readdirSync(data, {recursive: true, withFileTypes: true}).filter((one) => one.isFile());
  return Object.fromEntries(
    files.map((one) => [
      join(one.parentPath, one.name).slice(data.length),
      readFileSync(join(one.parentPath, one.name), 'utf8'),
    ]),
  );
}

test('without settings there is a first configuration, for every board that has an image', async () => {
  for (const board of boards.values()) {
    rmSync(join(data, 'doorline'), {recursive: true});
    await firstBoot({from, to: data, board, boards, say: () => undefined});
    expect(config()).toMatchObject({
      board: board.name,
      http: {address: '0.0.0.0', port: 80},
      answer: {from: []},
    });
    expect(config().buttons.map(({call}) => call)).toEqual(board.inputs.length > 0 ? [[]] : []);
  }
});

test('settings end up where they belong, for their owner only, and their file is gone', async () => {
  writeFileSync(from, setup);
  await start();
  expect(config()).toMatchObject({
    name: 'Front door',
    board: 'raspberry-pi-4',
    timezone: 'Asia/Tokyo',
    buttons: [{name: 'bell', call: ['192.168.1.20', '101']}],
    sip: {accounts: [{name: 'house', user: 'door', password: '0042'}]},
  });
  expect(read('doorline/doorline.yaml')).toContain('# The configuration of this door station.');
  expect(read('doorline/doorline.yaml')).not.toContain('0042');
  expect(JSON.parse(read('doorline/data/access.json'))).toEqual({password: hash, tokens: []});
  expect(read('network/wifi.conf')).toBe(`country=DE
network={
  ssid=486f6d6520223222
  scan_ssid=1
  psk="a "quoted" one"
  key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE
  ieee80211w=1
}
`);
  expect(read('ssh/authorized_keys')).toBe(`${key}\n`);
  for (const path of [
    'doorline/secrets.yaml',
    'doorline/data/access.json',
    'network/wifi.conf',
    'ssh/authorized_keys',
  ]) {
    expect(statSync(join(data, path)).mode & 0o777, path).toBe(0o600);
  }
  if (process.getuid?.() === 0) {
    for (const path of [
      'doorline/doorline.yaml',
      'doorline/secrets.yaml',
      'doorline/data',
      'doorline/data/access.json',
    ]) {
      expect([path, statSync(join(data, path)).uid, statSync(join(data, path)).gid]).toEqual([
        path,
        4711,
        4712,
      ]);
    }
  }
  expect(readdirSync(boot)).toEqual([]);
  const before = everything();
  await start();
  expect(everything()).toEqual(before);
});

test('a plain password is kept as a hash', async () => {
  writeFileSync(from, 'password: open sesame\n');
  await start();
  expect(JSON.stringify(everything())).not.toContain('sesame');
  expect(await isPassword('open sesame', JSON.parse(read('doorline/data/access.json')).password)).toBe(true);
});

test('later settings change what they name and leave the rest', async () => {
  writeFileSync(from, setup);
  await start();
  const file = join(data, 'doorline/doorline.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}# mine\ntalk_seconds: 60\n`);
  writeFileSync(from, 'wifi: {ssid: Other, country: DE}\nname: Back door\n');
  await start();
  expect(config()).toMatchObject({
    name: 'Back door',
    talk_seconds: 60,
    buttons: [{call: ['192.168.1.20', '101']}],
  });
  expect(readFileSync(file, 'utf8')).toContain('# mine');
  expect(read('network/wifi.conf')).toContain('key_mgmt=NONE');
  expect(JSON.parse(read('doorline/data/access.json')).password).toBe(hash);
});

describe('settings that are wrong', () => {
  test.each([
    ['nam: Door\n', 'doorline-setup.yaml:1:1: nam: unknown key; did you mean name?'],
    ['\u0000\u0001', 'doorline-setup.yaml: is not a text file in UTF-8'],
    ['board: pc\n', 'the board pc has no such input'],
  ])('%j: the file stays, with the reason beside it, and the board starts without', async (text, reason) => {
    writeFileSync(from, text);
    await start();
    expect(config().name).toBe('Doorline');
    expect(readFileSync(from, 'utf8')).toBe(text);
    expect(readFileSync(join(boot, 'doorline-setup-error.txt'), 'utf8')).toContain(reason);
    writeFileSync(from, 'name: Door\n');
    await start();
    expect(config().name).toBe('Door');
    expect(readdirSync(boot)).toEqual([]);
  });
});

describe('settings that are wrong, on a board that was set up before', () => {
  beforeEach(async () => {
    writeFileSync(from, setup);
    await start();
  });

  test('change nothing, not the password of the account either', async () => {
    const before = everything();
    writeFileSync(from, 'board: pc\naccount: {uri: sip:door@example.org, password: another}\n');
    await start();
    expect(everything()).toEqual(before);
    expect(readFileSync(join(boot, 'doorline-setup-error.txt'), 'utf8')).toContain('no such input');
  });

  test('in an encoding with zero bytes are told of, not wiped', async () => {
    const text = Buffer.from('\ufeffname: Back door\n', 'utf16le');
    writeFileSync(from, text);
    await start();
    expect(readFileSync(from)).toEqual(text);
    expect(readFileSync(join(boot, 'doorline-setup-error.txt'), 'utf8')).toContain('UTF-8');
  });

  test.each([
    ['doorline.yaml', 'board: raspberry-pi-4\nbuttons: [\n'],
    ['doorline.yaml', 'board: raspberry-pi-4\nsip:\n'],
    ['doorline.yaml', '- nothing\n'],
    ['doorline.yaml', ''],
    ['secrets.yaml', 'house: [\n'],
  ])('though it is %s that is wrong (%j), say so', async (name, content) => {
    const file = join(data, 'doorline', name);
    writeFileSync(file, content);
    writeFileSync(from, 'account: {uri: sip:door@example.org, password: another}\n');
    await start();
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(readFileSync(join(boot, 'doorline-setup-error.txt'), 'utf8')).toContain(name);
  });
});

test('the power may fail at any instant: the next start comes to the same end', async () => {
  writeFileSync(from, setup);
  await start();
  const whole = everything();
  let cuts = 0;
  for (let changes = 0; ; changes += 1) {
    rmSync(data, {recursive: true});
    for (const one of [data, join(data, 'doorline')]) mkdirSync(one);
    writeFileSync(from, setup);
    power.left = changes;
    const done = await start().then(
      () => true,
      () => false,
    );
    power.left = undefined;
    // What was there at the cut is whole: a station that started now would have a configuration or none.
    if (existsSync(join(data, 'doorline/doorline.yaml')) && existsSync(from)) config();
    await start();
    const left = Object.fromEntries(Object.entries(everything()).filter(([path]) => !path.endsWith('.new')));
    expect(left).toEqual(whole);
    expect(existsSync(from)).toBe(false);
    if (done) break;
    cuts += 1;
  }
  expect(cuts).toBeGreaterThan(25);
});

test('settings wait for a backup that is still being put back', async () => {
  await start();
  const unfinished = join(data, 'doorline/unfinished.json');
  writeFileSync(unfinished, '{}');
  writeFileSync(from, setup);
  await start();
  expect(config().name).toBe('Doorline');
  expect(readFileSync(from, 'utf8')).toBe(setup);
  rmSync(unfinished);
  await start();
  expect(config().name).toBe('Front door');
});

describe('settings that were taken, but not wiped when the power failed', () => {
  const other =
    '{"password": "$scrypt$ln=14,r=8,p=1$AQEBAQEBAQEBAQEBAQEBAQ$AAAAAAAAAAAAAAAAAAAAAAAA", "tokens": []}';

  /** Lets the power fail at each instant at which the mark is kept that they were taken, and then something happen. */
  async function cutWhileMarked(text: string, happen: () => void): Promise<number> {
    const access = join(data, 'doorline/data/access.json');
    const mark = join(data, 'network/setup-taken');
    let cuts = 0;
    for (let changes = 0; ; changes += 1) {
      rmSync(data, {recursive: true});
      for (const one of [data, join(data, 'doorline')]) mkdirSync(one);
      writeFileSync(from, text);
      power.left = changes;
      const done = await start().then(
        () => true,
        () => false,
      );
      power.left = undefined;
      if (done) return cuts;
      if (!existsSync(mark)) continue;
      cuts += 1;
      happen();
      // The station has run in between, and its password was changed.
      writeFileSync(access, other);
      await start();
      expect(readFileSync(access, 'utf8')).toBe(other);
      expect([readdirSync(boot), existsSync(mark)]).toEqual([[], false]);
    }
  }

  test('are not taken again', async () => {
    const left = new Set<string>();
    await cutWhileMarked(setup, () => left.add(existsSync(from) ? readFileSync(from, 'utf8') : 'none'));
    expect([...left]).toEqual([setup, '\0'.repeat(setup.length), 'none']);
  });

  test('nor told of as wrong, though a part of them is zeros already', async () => {
    const cuts = await cutWhileMarked(`${setup}# ${'long '.repeat(200)}\n`, () => {
      if (existsSync(from))
        writeFileSync(from, Buffer.concat([Buffer.alloc(512), readFileSync(from).subarray(512)]));
    });
    expect(cuts).toBeGreaterThan(3);
  });
});

test('the same settings once more, such as for a password that was lost, are taken again', async () => {
  writeFileSync(from, setup);
  await start();
  const access = join(data, 'doorline/data/access.json');
  writeFileSync(access, '{"tokens": []}');
  writeFileSync(from, setup);
  await start();
  expect(JSON.parse(readFileSync(access, 'utf8')).password).toBe(hash);
  expect(readdirSync(boot)).toEqual([]);
});

describe("a link that the station's user has laid, to what is root's only", () => {
  const text = `password: ${hash}\naccount: {uri: sip:door@example.org, password: another}\n`;

  test.each(['doorline.yaml', 'secrets.yaml', 'data/access.json'])(
    'in place of %s: nothing is written through it, nor told of what it leads to',
    async (name) => {
      await start();
      const keys = join(data, 'ssh/authorized_keys');
      for (const folder of ['ssh', 'doorline/data']) mkdirSync(join(data, folder));
      writeFileSync(keys, 'hidden: words\n');
      rmSync(join(data, 'doorline', name), {force: true});
      symlinkSync(keys, join(data, 'doorline', name));
      const before = everything();
      writeFileSync(from, text);
      await start();
      expect(everything()).toEqual(before);
      const told = readFileSync(join(boot, 'doorline-setup-error.txt'), 'utf8');
      expect(told).toContain(`${name}: is a link: put what it leads to in its place`);
      expect(told + said.join()).not.toContain('hidden');
    },
  );

  test('in place of the data folder: nothing is written there, and no reset empties it', async () => {
    await start();
    mkdirSync(join(data, 'ssh'));
    writeFileSync(join(data, 'ssh/authorized_keys'), key);
    requestReset(join(data, 'ssh'), 'network');
    symlinkSync(join(data, 'ssh'), join(data, 'doorline/data'));
    const before = everything();
    writeFileSync(from, text);
    await start();
    expect(everything()).toEqual(before);
    requestReset(join(data, 'ssh'), 'everything');
    const asked = everything();
    await start();
    expect(everything()).toEqual(asked);
  });

  test('that leads nowhere: the first configuration takes its place', async () => {
    const nowhere = join(data, 'nowhere');
    symlinkSync(nowhere, join(data, 'doorline/doorline.yaml'));
    await start();
    expect([config().name, existsSync(nowhere)]).toEqual(['Doorline', false]);
  });
});

describe('a reset', () => {
  beforeEach(async () => {
    writeFileSync(from, setup);
    await start();
    writeFileSync(join(data, 'doorline/data/doorline.db'), 'journal');
  });

  test('of the network forgets the Wi-Fi only', async () => {
    const before = everything();
    requestReset(join(data, 'doorline/data'), 'network');
    await start();
    const {'/network/wifi.conf': _wifi, ...rest} = before;
    expect(everything()).toEqual(rest);
  });

  test('of everything leaves the first configuration, no password and no key', async () => {
    requestReset(join(data, 'doorline/data'), 'everything');
    await start();
    expect(Object.keys(everything())).toEqual(['/doorline/doorline.yaml']);
    expect(config()).toMatchObject({name: 'Doorline', sip: {accounts: []}});
  });

  test('is carried out to its end, wherever the power fails', async () => {
    const before = everything();
    for (let changes = 0; ; changes += 1) {
      rmSync(data, {recursive: true});
      for (const [path, content] of Object.entries(before)) {
        mkdirSync(join(data, path, '..'), {recursive: true});
        writeFileSync(join(data, path), content);
      }
      requestReset(join(data, 'doorline/data'), 'everything');
      power.left = changes;
      const done = await start().then(
        () => true,
        () => false,
      );
      power.left = undefined;
      await start();
      expect(Object.keys(everything()).filter((path) => !path.endsWith('.new'))).toEqual([
        '/doorline/doorline.yaml',
      ]);
      if (done) break;
      expect(changes).toBeLessThan(100);
    }
  });

  test.each(['', 'all', 'everything else'])('"%s" is no request', async (text) => {
    writeFileSync(join(data, 'doorline/data/reset-requested'), text);
    const before = everything();
    await start();
    expect(everything()).toEqual(before);
  });
});
