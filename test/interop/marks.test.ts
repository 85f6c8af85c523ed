import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Authority} from '../support/certificates.ts';
import {peerProgram, requirePeers} from '../support/peers/require.ts';
import {freePort} from '../support/ports.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {TestStation} from '../support/station.ts';

/** AF31 for call signalling, EF for speech. */
const signalling = 26;
const speech = 46;

interface SeenPacket {
  readonly codePoint: number;
  readonly family: 4 | 6;
  readonly transport: 'udp' | 'tcp';
  readonly from: number;
  readonly to: number;
}

/** tshark at the loopback device. Its packets so far that carry something. */
async function watchLoopback(run: Run): Promise<() => SeenPacket[]> {
  const fields = ['ip.dsfield.dscp', 'ipv6.tclass.dscp', 'udp.srcport', 'udp.dstport'];
  fields.push('tcp.srcport', 'tcp.dstport', 'tcp.len');
  const tshark = run.processes.start(peerProgram('tshark'), [
    ...['-i', 'lo', '-n', '-l', '-T', 'fields', '-E', 'separator=,'],
    ...fields.flatMap((field) => ['-e', field]),
  ]);
  await tshark.waitForOutput(/Capturing on/);
  return () =>
    [...tshark.output.matchAll(/^(\d*),(\d*),(\d*),(\d*),(\d*),(\d*),(\d*)$/gm)].flatMap((match) => {
      const [, four, six, udpFrom, udpTo, tcpFrom, tcpTo, length] = match;
      if (length === '0' || (udpFrom === '' && tcpFrom === '')) return [];
      return {
        codePoint: Number(four || six),
        family: four === '' ? 6 : 4,
        transport: udpFrom === '' ? 'tcp' : 'udp',
        from: Number(udpFrom || tcpFrom),
        to: Number(udpTo || tcpTo),
      } satisfies SeenPacket;
    });
}

function mediaPorts(station: TestStation): [first: number, last: number] {
  const [, first, last] = /media_ports: (\d+)-(\d+)/.exec(readFileSync(station.configFile, 'utf8'))!;
  return [Number(first), Number(last)];
}

test('tshark sees sound marked EF, and SIP AF31, over UDP, TCP and TLS, IPv4 and IPv6', async (context) => {
  requirePeers(context, 'tshark', 'openssl');
  const run = startRun(context);
  const packets = await watchLoopback(run);
  const authority = new Authority(run.folder);
  const {certificateFile, keyFile} = authority.issue('kitchen', ['IP:127.0.0.1', 'IP:::1']);
  const ports = {udp: await freePort(), tcp: await freePort(), tls: await freePort()};
  const kitchen = await TestStation.start(run, {
    name: 'Kitchen',
    sip: {
      listen: Object.entries(ports).flatMap(([transport, port]) => [
        `${transport}:127.0.0.1:${port}`,
        `${transport}:[::1]:${port}`,
      ]),
      tls: {certificate: certificateFile, key: keyFile},
    },
    answer: {from: ['any']},
  });
  const own = await freePort();
  const door = await TestStation.start(run, {
    sip: {
      listen: [`udp:127.0.0.1:${own}`, `udp:[::1]:${own}`],
      tls: {authorities: authority.identity.certificateFile},
    },
  });
  const [first, last] = mediaPorts(door);
  for (const [address, family] of [
    ['127.0.0.1', 4],
    ['[::1]', 6],
  ] as const) {
    for (const [transport, port] of Object.entries(ports)) {
      const before = packets().length;
      const to = `sip:kitchen@${address}:${port};transport=${transport}`;
      expect((await door.send('POST', '/api/calls', {to})).ok).toBe(true);
      await door.waitForState('talking');
      const {sip, sound} = await door.process.waitUntil(`tshark had seen a call to ${to}`, async () => {
        const seen = packets().slice(before);
        const sip = seen.filter((packet) => packet.from === port || packet.to === port);
        // The last of the call before may still come in.
        const sound = seen.filter((packet) => packet.from >= first && packet.from <= last);
        const enough = sip.length >= 3 && sound.filter((packet) => packet.family === family).length >= 20;
        return enough ? {sip, sound} : undefined;
      });
      await door.hangUp();
      await kitchen.waitForState('idle');
      for (const packet of sip) {
        expect(packet).toMatchObject({
          family,
          transport: transport === 'udp' ? 'udp' : 'tcp',
          codePoint: signalling,
        });
      }
      for (const packet of sound) expect(packet).toMatchObject({codePoint: speech});
    }
  }
  expect(await door.stop()).toBe(0);
});
