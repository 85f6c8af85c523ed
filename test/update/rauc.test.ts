import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {Rauc, readSlots, whyRefused} from '../../firmware/update/rauc.ts';

/** A program called `rauc` that does what a shell script says. */
function raucThat(script: string): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-rauc-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'rauc'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'rauc'), 0o755);
  return {...process.env, PATH: `${folder}:${process.env['PATH']}`};
}

const status = '{"booted":"A","boot_primary":"rootfs.1","slots":[{"rootfs.1":{"bootname":"B"}}]}';

test('a warning beside the answer is no part of it', async () => {
  const environment = raucThat(`echo 'before {' >&2; echo '${status}'; echo 'after' >&2`);
  expect(await new Rauc(environment).slots()).toEqual({booted: 'A', next: 'B'});
});

test('a service that does not answer is not waited for: the station starts without updates', async () => {
  expect(await Rauc.find(raucThat('exec sleep 60'), 200)).toBeUndefined();
});

test('while it installs it does not tell its slots, and is there all the same', async () => {
  const said =
    'Error retrieving slot status via D-Bus: error calling D-Bus method "GetSlotStatus": already processing a different method';
  const rauc = await Rauc.find(raucThat(`echo '${said}' >&2; exit 1`));
  await expect(rauc?.slots()).rejects.toThrow('RAUC is busy with another update.');
  expect(await Rauc.find(raucThat('echo "Did not find booted slot" >&2; exit 1'))).toBeUndefined();
});

test.each(['', '{}', '[]', 'null', '{"booted": ""}', '{"booted": 1, "slots": {}}'])(
  '%j tells no slots',
  (output) => {
    expect(() => readSlots(output)).toThrow();
  },
);

const source = 'http://me:secret@example.org/compatible-verity.raucb?key=secret';
test.each([
  ["Installation error: Compatible mismatch: Expected 'a' but bundle manifest has 'b'", /another kind/, true],
  ['signature verification failed: Verify error: self-signed certificate', /signature/, true],
  [`Failed to download bundle ${source}: HTTP returned >=400`, /cannot be fetched/, false],
  [
    `Failed to download bundle ${source}: Transfer failed: SSL certificate problem: self-signed certificate`,
    /cannot be fetched/,
    false,
  ],
  [
    `Failed to download bundle ${source}: Transfer failed: Could not resolve host: x`,
    /cannot be fetched/,
    false,
  ],
  ['Already processing a different method', /busy with another/, false],
  ['Size of image (2000000) does not fit to slot size 1000000', /too large/, true],
  ['Invalid bundle format: x', /damaged/, true],
  ['Invalid identifier. Did you pass a valid RAUC bundle?', /damaged/, true],
  ['Signature size (123456) exceeds bundle size', /damaged/, true],
  ['Failed to mount bundle: permission denied', /^It cannot be installed: Failed to mount/, false],
  ['Failed to set up streaming by NBD: No such file or directory', /cannot be fetched/, false],
  [
    `Something new with ${source}`,
    /^It cannot be installed: Something new with http:\/\/example\.org/,
    false,
  ],
])('"%s" in plain words, with no secret of the URL', (said, reason, lasting) => {
  const refusal = whyRefused(`100% Installing failed.\nLastError: ${said}\n`, source);
  expect(refusal).toEqual({reason: expect.stringMatching(reason), lasting});
  expect(refusal.reason).not.toContain('secret');
});
