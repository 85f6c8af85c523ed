import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {findCalls} from '../../firmware/ladder/calls.ts';
import {openCapture} from '../../firmware/ladder/capture.ts';
import {summarize} from '../../firmware/ladder/message-summary.ts';
import {notRunHere, peerProgram, requirePeers} from '../support/peers/require.ts';
import {Sipp} from '../support/peers/sipp.ts';
import {startRun} from '../support/run-folder.ts';

test.for(['pcap', 'pcapng'])('a captured call (%s) is read as tshark reads it', async (format, context) => {
  requirePeers(context, 'sipp', 'tshark');
  if (process.getuid?.() !== 0) notRunHere(context, 'capturing needs root');
  const run = startRun(context);
  const callee = await Sipp.start(run, {scenario: 'uas'});
  const file = join(run.folder, `call.${format}`);
  const dumpcap = join(dirname(peerProgram('tshark')), 'dumpcap');
  const filter = `udp port ${callee.port}`;
  const capturing = run.processes.start(dumpcap, [
    ...['-i', 'lo', '-f', filter, '-w', file],
    ...(format === 'pcap' ? ['-P'] : ['-n']),
  ]);
  await capturing.waitForOutput(/^File: /m);
  const caller = await Sipp.start(run, {scenario: 'uac', target: callee.port});
  expect((await caller.result()).exitCode).toBe(0);
  await capturing.waitForOutput(/Packets: [67]/);
  capturing.signal('SIGINT');
  await capturing.waitForExit(5000);

  const opened = openCapture(readFileSync(file));
  const {calls, notes} = findCalls(opened.ok ? opened.value : expect.fail(opened.error.text));
  expect(notes).toEqual([]);
  expect(calls).toHaveLength(1);
  const {steps} = calls[0]!;
  const methods = steps.map(({message}) => summarize(message).label.split(' ')[0]);
  expect(methods).toEqual(['INVITE', '180', '200', 'ACK', 'BYE', '200']);
  const columns = ['frame.time_epoch', 'udp.srcport', 'udp.dstport', 'sip.Method', 'sip.Status-Code'];
  const told = spawnSync(peerProgram('tshark'), [
    ...['-r', file, '-d', `udp.port==${callee.port},sip`, '-T', 'fields'],
    ...columns.flatMap((column) => ['-e', column]),
  ]).stdout.toString();
  const rows = told
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const ours = steps.map(({from, to, message}) => {
    const {status, label} = summarize(message);
    const method = status === undefined ? label.split(' ')[0] : '';
    return [port(from), port(to), method, String(status ?? '')];
  });
  expect(rows.map(([, ...rest]) => rest)).toEqual(ours);
  rows.forEach(([seconds], index) => {
    expect(steps[index]!.at / 1000).toBeCloseTo(Number(seconds), 5);
  });
});

function port(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
