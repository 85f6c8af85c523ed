import {expect, test} from 'vitest';
import {preferences, readVersions} from '../../tools/setup/foreign-packages.ts';

test('versions are read whether apt pads them or not', () => {
  const output = `      dash |  0.5.12-12 | http://deb.debian.org/debian trixie/main arm64 Packages
       udev | 257.8-1~deb13u2 | http://deb.debian.org/debian trixie/main arm64 Packages
       udev | 257.13-1~deb13u1 | http://deb.debian.org/debian-security trixie-security/main arm64 Packages
gcc-14-base |  14.2.0-19 | http://deb.debian.org/debian trixie/main arm64 Packages
`;
  expect(readVersions(output)).toEqual([
    {name: 'dash', version: '0.5.12-12'},
    {name: 'udev', version: '257.8-1~deb13u2'},
    {name: 'udev', version: '257.13-1~deb13u1'},
    {name: 'gcc-14-base', version: '14.2.0-19'},
  ]);
});

test('of a suite the selected packages come first, and nothing else comes from it', () => {
  expect(preferences({sid: ['rauc', 'libnl-*']})).toBe(`Package: rauc libnl-*
Pin: release n=sid
Pin-Priority: 990

Package: *
Pin: release n=sid
Pin-Priority: -1

`);
  expect(preferences({})).toBe('');
});
