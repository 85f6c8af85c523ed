import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {findInputDevice} from '../../../hal/input-device/find-input-device.ts';
import {startRun} from '../../support/run-folder.ts';

test('a keyboard is found by its name, and not what else has the name', (context) => {
  const {folder} = startRun(context);
  const devices = {
    input3: ['HXGCoLtd', '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe'],
    event1: ['HXGCoLtd', '3e000b00000000 0 0 0'],
    event2: ['Power Button', '10000000000000 0'],
    event10: ['HXGCoLtd', '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe'],
  };
  for (const [device, [name, keys]] of Object.entries(devices)) {
    mkdirSync(join(folder, device, 'device', 'capabilities'), {recursive: true});
    writeFileSync(join(folder, device, 'device', 'name'), `${name}\n`);
    writeFileSync(join(folder, device, 'device', 'capabilities', 'key'), `${keys}\n`);
  }
  mkdirSync(join(folder, 'event11'));
  expect(findInputDevice('evdev:HXGCoLtd', folder)).toBe('/dev/input/event10');
  expect(findInputDevice('evdev:Other', folder)).toBeUndefined();
  expect(findInputDevice('evdev:HXGCoLtd', join(folder, 'nowhere'))).toBeUndefined();
});

test('a path is taken as it is', () => {
  expect(findInputDevice('/dev/input/by-id/usb-reader-event-kbd')).toBe(
    '/dev/input/by-id/usb-reader-event-kbd',
  );
});
