import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {markCall} from '../../firmware/system.ts';

test('a call is marked by a file in the runtime folder, where there is one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorline-runtime-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  markCall(true, folder);
  expect(readdirSync(folder)).toEqual(['in-call']);
  markCall(false, folder);
  markCall(false, folder);
  expect(readdirSync(folder)).toEqual([]);
  markCall(true, undefined);
  markCall(true, join(folder, 'gone'));
});
