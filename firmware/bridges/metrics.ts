import type {StationState, StationStatus} from '../station/status.ts';
import type {CallCount} from './call-counter.ts';
import {Exposition} from './exposition.ts';

const states: readonly StationState[] = ['idle', 'calling', 'ringing', 'talking', 'incoming'];

/** The state of the station as Prometheus reads it. Names and units follow Prometheus' own rules. */
export function metrics(status: StationStatus, calls: readonly CallCount[]): string {
  const figures = new Exposition();
  const {name, board, version, accounts, doors, readers, buttons, system} = status;
  figures.gauge('doorline_info', 'What runs: always 1.', [[{name, board, version}, 1]]);
  figures.gauge('doorline_uptime_seconds', 'Time since the station was started.', [[{}, status.uptime]]);
  figures.gauge(
    'doorline_state',
    'The state of the station: 1 for the one that it is in.',
    states.map((state) => [{state}, state === status.state]),
  );
  figures.gauge('doorline_network_available', 'Whether there is an address to be reached by.', [
    [{}, status.network?.available ?? null],
  ]);
  figures.gauge(
    'doorline_account_registered',
    'Whether the account is registered.',
    accounts.map((one) => [{account: one.name}, one.registered]),
  );
  figures.counter(
    'doorline_registration_attempts_total',
    'How often a server was asked to register.',
    accounts.map((one) => [{account: one.name}, one.attempts]),
  );
  figures.counter(
    'doorline_calls_total',
    'Calls that have ended since the start.',
    calls.map(({direction, result, count}) => [{direction, result}, count]),
  );
  addCall(status.call, figures);
  figures.gauge(
    'doorline_door_open',
    'Whether the lock is released.',
    doors.map((one) => [{door: one.name}, one.open]),
  );
  figures.gauge(
    'doorline_door_ajar',
    'Whether the door leaf stands open, by its contact.',
    doors.map((one) => [{door: one.name}, one.ajar]),
  );
  figures.gauge(
    'doorline_reader_connected',
    'Whether the reader is there.',
    readers.map((one) => [{reader: one.name}, one.connected]),
  );
  figures.counter(
    'doorline_reader_entries_total',
    'Cards and codes that came.',
    readers.map((one) => [{reader: one.name}, one.read]),
  );
  figures.counter(
    'doorline_button_glitches_total',
    'Changes of the line that were too short to count.',
    buttons.map((one) => [{button: one.name}, one.glitches]),
  );
  figures.gauge(
    'doorline_button_stuck',
    'Whether the button has been down for a minute.',
    buttons.map((one) => [{button: one.name}, one.stuck]),
  );
  figures.gauge('doorline_processor_celsius', 'Temperature of the processor.', [
    [{}, system?.temperature ?? null],
  ]);
  figures.gauge('doorline_processor_throttled', 'Whether the processor is slowed down.', [
    [{}, system?.throttled ?? null],
  ]);
  figures.gauge('doorline_undervoltage', 'Whether the supply voltage is too low.', [
    [{}, system?.undervoltage ?? null],
  ]);
  const {user, system: kernel} = process.cpuUsage();
  figures.counter('process_cpu_seconds_total', 'Time of the processor that the program has used.', [
    [{}, (user + kernel) / 1e6],
  ]);
  figures.gauge('process_resident_memory_bytes', 'Memory of the program.', [[{}, process.memoryUsage.rss()]]);
  return figures.text;
}

/** The call that is going on, if one is. */
function addCall(call: StationStatus['call'], figures: Exposition): void {
  if (!call) return;
  const {rtp} = call;
  figures.gauge('doorline_call_seconds', 'Time since the call was answered.', [[{}, call.seconds]]);
  figures.gauge(
    'doorline_call_rtp_packets',
    'Packets of the call so far; lost ones have not come, late ones too late.',
    [
      [{kind: 'sent'}, rtp.sent],
      [{kind: 'received'}, rtp.received],
      [{kind: 'lost'}, rtp.lost],
      [{kind: 'late'}, rtp.late],
    ],
  );
  figures.gauge('doorline_call_rtp_jitter_seconds', 'Interarrival jitter (RFC 3550).', [
    [{}, rtp.jitterMs / 1000],
  ]);
  figures.gauge('doorline_call_rtp_delay_seconds', 'Time that a packet waits here before it is heard.', [
    [{}, rtp.delayMs / 1000],
  ]);
  figures.gauge('doorline_call_mos', 'Estimated listening quality, 1 to 5.', [
    [{side: 'here'}, rtp.mos],
    [{side: 'there'}, rtp.remoteMos],
  ]);
}
