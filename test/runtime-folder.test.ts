import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {markCall, tellPorts} from '../firmware/system.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorline-runtime-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
});

test('a call is marked by a file in the runtime folder, where there is one', () => {
  markCall(true, folder);
  expect(readdirSync(folder)).toEqual(['in-call']);
  markCall(false, folder);
  markCall(false, folder);
  expect(readdirSync(folder)).toEqual([]);
  markCall(true, undefined);
  markCall(true, join(folder, 'gone'));
});

test('the ports are told on which others reach the station', () => {
  tellPorts(
    [
      {service: 'http', address: '0.0.0.0', port: 80},
      {service: 'udp', address: '::', port: 5062},
      {service: 'tcp', address: '192.0.2.1', port: 5060},
      {service: 'tls', address: '::1', port: 5061},
      {service: 'udp', address: '127.0.0.1', port: 5060},
    ],
    folder,
  );
  expect(readFileSync(join(folder, 'ports'), 'utf8')).toBe('http 80\nudp 5062\ntcp 5060\n');
  tellPorts([], join(folder, 'gone'));
});
