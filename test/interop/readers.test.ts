import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {SerialCable} from '../support/serial-cable.ts';
import {TestStation} from '../support/station.ts';

const readerProcess = fileURLToPath(new URL('../support/reader-process.ts', import.meta.url));

/** What RDM6300 sends of a card with this number. */
function frame(number: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32BE(number, 1);
  bytes[5] = bytes.reduce((sum, byte) => sum ^ byte, 0);
  return Buffer.from(`\x02${bytes.toString('hex').toUpperCase()}\x03`, 'latin1');
}

/** The same noise each time. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({length}, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state >> 16;
    }),
  );
}

async function startReader(run: Run, kind: string) {
  const cable = new SerialCable(run);
  await cable.plugIn();
  const process = run.processes.start(globalThis.process.execPath, [readerProcess, cable.port, kind]);
  await process.waitForOutput(/^open$/m);
  return {cable, process, heard: () => process.output.split('\n').slice(1, -1)};
}

test('cards of an RDM6300 arrive while nothing else happens in the process', async (context) => {
  requirePeers(context, 'socat');
  const {cable, process, heard} = await startReader(startRun(context), 'rdm6300');
  for (const number of [1, 22, 333]) {
    // As the module does while the card lies there, and cut in two.
    for (let count = 0; count < 5; count += 1) {
      cable.send(frame(number).subarray(0, 6));
      await wait(5);
      cable.send(frame(number).subarray(6));
    }
    await process.waitForOutput(new RegExp(`^card ${`${number}`.padStart(10, '0')}$`, 'm'));
  }
  expect(heard()).toEqual(['card 0000000001', 'card 0000000022', 'card 0000000333']);
});

test('a card that lies there through noise is one event, and another comes through a flood', async (context) => {
  requirePeers(context, 'socat');
  const {cable, process, heard} = await startReader(startRun(context), 'rdm6300');
  for (let count = 0; count < 5; count += 1) cable.send(Buffer.concat([noise(50 + count), frame(7)]));
  await process.waitForOutput(/^card 0000000007$/m);
  // A line of 9600 bit/s takes half an hour for this.
  cable.send(noise(2_000_000));
  cable.send(frame(8));
  await process.waitForOutput(/^card 0000000008$/m, 30_000);
  expect(heard()).toEqual(['card 0000000007', 'card 0000000008']);
});

for (const [kind, bytes, expected] of [
  ['keypad', '4711#', 'code 4711'],
  ['wiegand', '188,24910\r\n', 'card 18824910'],
] as const) {
  test(`what a ${kind} sends`, async (context) => {
    requirePeers(context, 'socat');
    const {cable, process} = await startReader(startRun(context), kind);
    for (const byte of bytes) cable.send(byte);
    await process.waitForOutput(new RegExp(`^${expected}$`, 'm'));
  });
}

async function startStation(run: Run) {
  const cable = new SerialCable(run);
  const station = await TestStation.start(run, {
    doors: [{name: 'front', output: 'relay-1', open_seconds: 1}],
    readers: [{name: 'gate', port: cable.port, kind: 'rdm6300', doors: ['front'], codes: ['0000000007']}],
  });
  const isOpen = async () => (await station.get<{doors: {open: boolean}[]}>('/api/status')).doors[0]!.open;
  return {cable, station, isOpen};
}

test('a card opens the door of a station, before and after its reader was unplugged', async (context) => {
  requirePeers(context, 'socat');
  const {cable, station, isOpen} = await startStation(startRun(context));
  const missing = await station.waitForEntry('reader-down');
  expect(missing.text).toBe('Reader "gate" does not work: it is not plugged in');
  await cable.plugIn();
  const {seq: plugged} = await station.waitForEntry('reader-back', missing.seq);

  cable.send(frame(7));
  const opened = await station.waitForEntry('door-opened', plugged);
  expect(opened.text).toBe('Door "front" was opened for 1 s by card …0007 at reader "gate"');
  expect(await isOpen()).toBe(true);
  const {seq: closed} = await station.waitForEntry('door-closed', opened.seq);

  await cable.unplug();
  const gone = await station.waitForEntry('reader-down', closed);
  expect(gone.text).toBe('Reader "gate" does not work: it was unplugged');
  await cable.plugIn();
  const {seq: back} = await station.waitForEntry('reader-back', gone.seq);
  cable.send(frame(7));
  await station.waitForEntry('door-opened', back);
  expect(await station.get('/api/status')).toMatchObject({
    readers: [{name: 'gate', connected: true, lastFault: 'it was unplugged', read: 2, opened: 2, refused: 0}],
  });
  expect(await station.stop()).toBe(0);
});

test('a line that floods with cards locks its reader, fills no journal, and disturbs nobody', async (context) => {
  requirePeers(context, 'socat');
  const {cable, station, isOpen} = await startStation(startRun(context));
  await cable.plugIn();
  await station.waitForEntry('reader-back');
  const before = await station.lastSequence();
  // As fast as 9600 bit/s, for three seconds: 14 bytes take 15 ms.
  for (let count = 0; count < 200; count += 1) {
    cable.send(frame(1_000 + count));
    await wait(15);
  }
  // Slower than the reader's own limit: now they count, up to the lock-out.
  for (let count = 0; count < 10; count += 1) {
    cable.send(frame(2_000 + count));
    await wait(250);
  }
  await station.waitForEntry('codes-locked', before);
  cable.send(frame(7));
  await wait(300);
  const journal = await station.journal(before);
  expect(journal.length).toBeLessThanOrEqual(7);
  expect(journal.map(({kind}) => kind)).not.toContain('door-opened');
  expect(await isOpen()).toBe(false);
  expect(await station.state()).toBe('idle');
});
