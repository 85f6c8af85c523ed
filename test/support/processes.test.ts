import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {freePort, freePorts} from './ports.ts';
import {ProcessGroup} from './processes.ts';

function group(): ProcessGroup {
  const processes = new ProcessGroup();
  onTestFinished(() => processes.end());
  return processes;
}

test('a program is waited for by what it prints, and its exit status is known', async () => {
  const one = group().start('sh', ['-c', 'echo ready; read line; echo "got $line"; exit 3']);
  await one.waitForOutput(/ready/);
  one.write('words\n');
  expect(await one.waitForExit(5000)).toBe(3);
  expect(one.output).toBe('ready\ngot words\n');
});

test('an error carries the output', async () => {
  const processes = group();
  const ended = processes.start('sh', ['-c', 'echo port in use >&2; exit 1']);
  await expect(ended.waitUntil('it answers', () => false)).rejects.toThrow(
    /ended before it answers \(exit status 1\)\. Its output:\nport in use/,
  );
  const hanging = processes.start('cat', []);
  await expect(hanging.waitUntil('it answers', () => false, 20)).rejects.toThrow(
    'it answers: not within 20 ms (still running)',
  );
  const missing = processes.start('/no/such/program', []);
  await expect(missing.waitUntil('it answers', () => false)).rejects.toThrow('ENOENT');
});

test('at the end all are ended, also one that ignores SIGTERM', async () => {
  const processes = new ProcessGroup();
  const deaf = processes.start('sh', ['-c', 'trap "" TERM; echo ready; while :; do read line; done']);
  await deaf.waitForOutput(/ready/);
  const good = processes.start('cat', []);
  await processes.end();
  expect(deaf.running || good.running).toBe(false);
  expect(existsSync(`/proc/${deaf.pid}`)).toBe(false);
});

test('children of one that has to be killed are killed too, and keep nobody waiting', async () => {
  const processes = new ProcessGroup();
  const parent = processes.start('sh', [
    '-c',
    'trap "" TERM; sleep 600 & echo "child $!"; while :; do wait; done',
  ]);
  const [, child] = await parent.waitForOutput(/child (\d+)/);
  await processes.end();
  expect(existsSync(`/proc/${child}/exe`)).toBe(false);
});

test('ports are free, not given twice, and ranges begin even', async () => {
  const taken = createSocket('udp4');
  onTestFinished(() => void taken.close());
  const first = await freePort();
  taken.bind(first + 1, '127.0.0.1');
  await once(taken, 'listening');
  const second = await freePort();
  expect(second).toBeGreaterThan(first + 1);
  const range = await freePorts(8);
  expect(range.first % 2).toBe(0);
  expect(range.last - range.first).toBe(7);
  expect(range.first).toBeGreaterThan(second);
});
