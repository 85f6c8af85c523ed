import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {holderOfCard} from '../../hal/sound/card-holder.ts';
import {cardOf} from '../../hal/sound/device-name.ts';

function proc(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-proc-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), {recursive: true});
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** As the kernel writes it for a device that is open. */
const open = (pid: number) => `state: RUNNING\nowner_pid   : ${pid}\ntrigger_time: 1.2\n`;

test('who has a device open is found by its direction', () => {
  const folder = proc({
    'asound/card0/id': 'Device\n',
    'asound/card0/pcm0p/sub0/status': 'closed\n',
    'asound/card0/pcm0c/info': 'card: 0\n',
    'asound/card0/pcm0c/sub0/status': 'closed\n',
    'asound/card0/pcm0c/sub1/status': open(4711),
    '4711/comm': 'arecord\n',
  });
  const card = join(folder, 'asound/card0');
  expect(holderOfCard(card, 'capture', folder)).toEqual({pid: 4711, program: 'arecord'});
  expect(holderOfCard(card, 'playback', folder)).toBe(undefined);
});

test('nobody is named whose process cannot be seen, or where there is no such card', () => {
  const folder = proc({'asound/card0/pcm0p/sub0/status': open(99)});
  expect(holderOfCard(join(folder, 'asound/card0'), 'playback', folder)).toBe(undefined);
  expect(holderOfCard(join(folder, 'asound/card1'), 'playback', folder)).toBe(undefined);
});

test.each([
  ['plughw:CARD=Device', 'Device'],
  ['plughw:CARD=Device,DEV=1', 'Device'],
  ['sysdefault:CARD=Headset', 'Headset'],
  ['hw:Device,0', 'Device'],
  ['plughw:2', '2'],
  ['default', undefined],
  ['', undefined],
])('the card in "%s" is %s', (device, card) => {
  expect(cardOf(device)).toBe(card);
});
