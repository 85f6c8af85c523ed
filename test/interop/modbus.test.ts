import {realpathSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test, vi} from 'vitest';
import {systemClock as clock} from '../../firmware/base/clock.ts';
import {ModbusRelays} from '../../hal/serial/modbus-relays.ts';
import {SerialLine} from '../../hal/serial/serial-line.ts';
import {requirePeers} from '../support/peers/require.ts';
import {type Run, startRun} from '../support/run-folder.ts';
import {SerialCable} from '../support/serial-cable.ts';
import {TestStation} from '../support/station.ts';

const relayBoard = fileURLToPath(new URL('../support/modbus-board.ts', import.meta.url));
const PATIENCE = 10_000;

/** Unit 17 with two relays at the far end of a cable, as libmodbus plays it, and who switches them. */
async function makeRelays(run: Run) {
  const cable = new SerialCable(run);
  await cable.plugIn();
  const start = async () => {
    const process = run.processes.start(globalThis.process.execPath, [relayBoard, cable.far, '17', '2']);
    await process.waitForOutput(/^ready$/m);
    return process;
  };
  const settings = [0, 1].map((coil) => ({name: `relay-${coil}`, unit: 17, coil, inverted: false}));
  const open = () => {
    const relays = new ModbusRelays(cable.port, settings, clock);
    run.atEnd(() => relays.close());
    return relays;
  };
  return {cable, start, open};
}

/** What the relay board last said of its coils. */
const coilsOf = ({output}: {output: string}) => output.match(/^coils \d+$/gm)?.at(-1);

test('libmodbus switches its coils as the relays are set, and off when they are closed', async (context) => {
  requirePeers(context, 'socat', 'libmodbus');
  const {start, open} = await makeRelays(startRun(context));
  const far = await start();
  const relays = open();
  const [first, second] = [...relays.outputs.values()];
  const shows = (coils: string) => vi.waitFor(() => expect(coilsOf(far)).toBe(`coils ${coils}`), PATIENCE);
  await vi.waitFor(() => first!.set(true), PATIENCE);
  await vi.waitFor(() => second!.set(true), PATIENCE);
  await shows('11');
  first!.set(false);
  await shows('01');
  relays.close();
  await shows('00');
});

test('a relay board that is gone is told of, and is off when it is back', async (context) => {
  requirePeers(context, 'socat', 'libmodbus');
  const {cable, start, open} = await makeRelays(startRun(context));
  const far = await start();
  const relay = open().outputs.get('relay-0')!;
  const fault = vi.fn();
  relay.onFault = fault;
  await vi.waitFor(() => relay.set(true), PATIENCE);
  await vi.waitFor(() => expect(coilsOf(far)).toBe('coils 10'), PATIENCE);
  await cable.unplug();
  await vi.waitFor(() => expect(fault).toHaveBeenCalledOnce(), PATIENCE);
  expect(() => relay.set(true)).toThrow('gives no answer');
  await far.end();
  await cable.plugIn();
  const again = await start();
  await vi.waitFor(() => expect(coilsOf(again)).toBe('coils 00'), PATIENCE);
  await vi.waitFor(() => relay.set(true), PATIENCE);
  await vi.waitFor(() => expect(coilsOf(again)).toBe('coils 10'), PATIENCE);
});

test('a port that takes nothing any more is lost, rather than that ever more waits for it', async (context) => {
  requirePeers(context, 'socat');
  const run = startRun(context);
  const cable = new SerialCable(run);
  await cable.plugIn();
  const lost = vi.fn();
  const line = await SerialLine.open({path: cable.port, baudRate: 9_600, data: () => {}, lost});
  run.atEnd(() => line.close());
  cable.block();
  for (let frame = 0; frame < 100_000 && lost.mock.calls.length === 0; frame += 1) {
    line.write(new Uint8Array(8));
    if (frame % 100 === 0) await new Promise(setImmediate);
  }
  expect(lost.mock.calls).toEqual([['it takes no more bytes']]);
});

test("a station's doors at a relay board, one of them with a lock that opens without current", async (context) => {
  requirePeers(context, 'socat', 'libmodbus');
  const run = startRun(context);
  const {cable, start} = await makeRelays(run);
  const far = await start();
  const port = realpathSync(cable.port);
  const station = await TestStation.start(run, {
    relays: [0, 1].map((coil) => ({name: `gate-${coil}`, port, unit: 17, coil})),
    doors: [
      {name: 'garage', output: 'gate-0', open_seconds: 1},
      {name: 'gate', output: 'gate-1', inverted: true, open_seconds: 1},
    ],
  });
  const shows = (coils: string) => vi.waitFor(() => expect(coilsOf(far)).toBe(`coils ${coils}`), PATIENCE);
  await shows('01');
  for (const [door, open] of [
    ['garage', '11'],
    ['gate', '00'],
  ] as const) {
    expect((await station.send('POST', `/api/doors/${door}/open`)).status).toBe(200);
    await shows(open);
    await shows('01');
  }

  // While nobody answers at the relay board, a door is not said to be open.
  far.signal('SIGSTOP');
  await station.send('POST', '/api/doors/garage/open');
  await station.waitForEntry('door-fault');
  far.signal('SIGCONT');
  await vi.waitFor(async () => {
    expect((await station.send('POST', '/api/doors/garage/hold')).status).toBe(200);
  }, PATIENCE);
  await shows('11');
  expect(await station.stop()).toBe(0);
  await shows('01');
});
