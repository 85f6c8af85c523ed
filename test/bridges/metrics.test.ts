import {expect, test} from 'vitest';
import {metrics} from '../../firmware/bridges/metrics.ts';
import {FakeStation} from '../web/fake-station.ts';
import {inTheMiddleOfACall} from '../web/sample-call.ts';

/** The lines of a text with values, by what stands before the value. */
function read(station: FakeStation, calls: Parameters<typeof metrics>[1] = []) {
  const text = metrics(station.status(), calls);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const values = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
  // Each figure once, each a number, each with its help and type.
  expect(values.size).toBe(lines.length);
  for (const [name, value] of values) {
    expect(value, name).not.toBeNaN();
    const [family = ''] = name.split('{');
    expect(text).toContain(`# TYPE ${family} ${family.endsWith('_total') ? 'counter' : 'gauge'}\n`);
  }
  return values;
}

test('an idle station: state, accounts, doors, readers, machine, program', () => {
  const station = new FakeStation();
  const account = {
    name: 'ho"use',
    registered: true,
    reason: '',
    attempts: 3,
    lastAttempt: null,
    nextAttempt: null,
  };
  const reader = {
    name: 'gate',
    kind: 'keypad',
    connected: false,
    lastFault: null,
    read: 7,
    opened: 5,
    refused: 2,
  };
  station.change({
    accounts: [{...account, messages: null}],
    readers: [{...reader, kind: 'keypad'}],
    system: {temperature: 61.3, throttled: null, undervoltage: false},
  });
  const values = read(station, [{direction: 'outgoing', result: 'answered', count: 4}]);
  expect(Object.fromEntries(values)).toMatchObject({
    'doorline_info{name="Front door",board="simulated",version="0.1.0"}': 1,
    doorline_uptime_seconds: 4711,
    'doorline_state{state="idle"}': 1,
    'doorline_state{state="talking"}': 0,
    doorline_network_available: 1,
    'doorline_account_registered{account="ho\\"use"}': 1,
    'doorline_registration_attempts_total{account="ho\\"use"}': 3,
    'doorline_calls_total{direction="outgoing",result="answered"}': 4,
    'doorline_door_open{door="front"}': 0,
    'doorline_reader_connected{reader="gate"}': 0,
    'doorline_reader_entries_total{reader="gate"}': 7,
    'doorline_button_glitches_total{button="bell"}': 0,
    doorline_processor_celsius: 61.3,
    doorline_undervoltage: 0,
    process_resident_memory_bytes: expect.any(Number),
    process_cpu_seconds_total: expect.any(Number),
  });
  // What is not known is not there, rather than nought.
  for (const name of [
    'doorline_processor_throttled',
    'doorline_door_ajar{door="front"}',
    'doorline_call_seconds',
  ]) {
    expect(values.has(name), name).toBe(false);
  }
});

test('during a call: its packets, times in seconds, quality where it is known', () => {
  const station = new FakeStation();
  inTheMiddleOfACall(station);
  const {call} = station.current;
  const values = read(station);
  expect(values.get('doorline_state{state="talking"}')).toBe(1);
  expect(values.get('doorline_call_seconds')).toBe(call?.seconds);
  expect(values.get('doorline_call_rtp_packets{kind="sent"}')).toBe(call?.rtp.sent);
  // It goes down where what seemed lost comes, and at the end of a call: no counter.
  expect(values.get('doorline_call_rtp_packets{kind="lost"}')).toBe(call?.rtp.lost);
  expect(values.get('doorline_call_rtp_jitter_seconds')).toBeCloseTo(call!.rtp.jitterMs / 1000, 9);
  expect(values.has('doorline_call_mos{side="here"}')).toBe(call?.rtp.mos !== null);
});

test('a station without anything still has its figures', () => {
  const station = new FakeStation();
  station.change({doors: [], buttons: [], network: null});
  expect(read(station).has('doorline_network_available')).toBe(false);
});
