import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {MovedScript} from './moved-script.ts';

/** Runs the script with settings on the boot partition; `remount` is a command of the shell. @returns what it did, in order. */
function firstBoot(remount: string): string[] {
  const script = new MovedScript('first-boot', {
    '/etc/doorline-image': './image',
    '/boot/doorline-setup.yaml': 'setup.yaml',
    '/usr/bin/doorline': 'doorline',
  });
  writeFileSync(join(script.folder, 'image'), 'BOARD=raspberry-pi-3\n');
  writeFileSync(join(script.folder, 'setup.yaml'), 'name: Gate\n');
  return script.run(`mount() { echo "mount $*"; ${remount}; }
doorline() { echo "doorline $*"; }
chown() { echo "chown $*"; }`);
}

const steps = [
  'doorline first-boot --from setup.yaml --to /data --board raspberry-pi-3',
  'chown -R doorline:doorline /data/doorline',
];

test('the boot partition is made writable for as long as the settings are taken', () => {
  expect(firstBoot('true')).toEqual(['mount -o remount,rw /boot', ...steps, 'mount -o remount,ro /boot']);
});

test('where it cannot be, settings, resets and the first configuration are taken all the same', () => {
  expect(firstBoot('false')).toEqual([
    'mount -o remount,rw /boot',
    'The boot partition cannot be written: its settings stay on it, passwords too',
    ...steps,
  ]);
});
