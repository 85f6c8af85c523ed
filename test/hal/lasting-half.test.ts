import {expect, test} from 'vitest';
import {HardwareError, type SoundFault} from '../../hal/hal.ts';
import {DeviceError} from '../../hal/sound/device-error.ts';
import type {Half} from '../../hal/sound/direction.ts';
import {LastingHalf} from '../../hal/sound/lasting-half.ts';

class FakeHalf implements Half {
  readonly rate: number;
  xruns = 0;
  fault: SoundFault | undefined;
  /** What the next check finds. */
  found: SoundFault | undefined;
  closed = false;
  constructor(rate: number) {
    this.rate = rate;
  }
  check(): void {
    this.fault ??= this.found;
  }
  close(): void {
    this.closed = true;
  }
}

const missing: SoundFault = {state: 'missing', text: 'it is not there'};
const busy: SoundFault = {state: 'in-use', text: 'it is in use'};

function lasting(first: SoundFault | undefined) {
  const standIn = new FakeHalf(16_000);
  const opened: FakeHalf[] = [];
  const port = {fault: first};
  const half = new LastingHalf<FakeHalf>(
    'alsa:x',
    () => {
      if (port.fault) throw new DeviceError(port.fault);
      opened.push(new FakeHalf(48_000));
      return opened.at(-1)!;
    },
    standIn,
  );
  return {half, opened, port, standIn};
}

test('a device that is missing is replaced until it comes, and says why', () => {
  const {half, opened, port, standIn} = lasting(missing);
  expect(half.current).toBe(standIn);
  expect(half.state).toEqual({device: 'alsa:x', rate: null, fault: missing, xruns: 0});
  port.fault = busy;
  expect(half.refresh()).toBe(false);
  expect(half.state.fault).toEqual(busy);
  port.fault = undefined;
  expect(half.refresh()).toBe(true);
  expect(half.current).toBe(opened[0]);
  expect(half.state).toEqual({device: 'alsa:x', rate: 48_000, fault: null, xruns: 0});
  expect(half.refresh()).toBe(false);
});

test('a device that goes is closed; one that comes back at once is taken; the counts go on', () => {
  const {half, opened, port, standIn} = lasting(undefined);
  opened[0]!.xruns = 3;
  opened[0]!.found = missing;
  expect(half.state.fault).toBe(null);
  expect(half.refresh()).toBe(true);
  expect(opened[0]!.closed).toBe(true);
  expect(half.current).toBe(opened[1]);
  opened[1]!.xruns = 2;
  expect(half.state.xruns).toBe(5);
  // It fails in use, between two looks.
  opened[1]!.fault = missing;
  port.fault = missing;
  expect(half.state.fault).toEqual(missing);
  expect(half.refresh()).toBe(true);
  standIn.xruns = 100;
  expect(half.state.xruns).toBe(5);
});

test('what no waiting mends is an error', () => {
  const open = () => {
    throw new HardwareError('no such file');
  };
  expect(() => new LastingHalf('file:x', open, new FakeHalf(1))).toThrow('no such file');
});
