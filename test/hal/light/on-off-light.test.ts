import {expect, test} from 'vitest';
import {drawLight, LIGHT_STATES, type LightState} from '../../../firmware/station/light-pattern.ts';
import {OnOffLight} from '../../../hal/light/on-off-light.ts';
import {SimulatedOutput} from '../../../hal/simulated/simulated-output.ts';

function make(count: number) {
  const lines = Array.from({length: count}, (_, index) => new SimulatedOutput(`led-${index}`));
  const light = new OnOffLight(lines, () => {
    for (const line of lines) line.close();
  });
  const on = () => lines.map(({active}) => Number(active)).join('');
  return {light, on};
}

/** What each state looks like at its brightest, on three lines. */
function colour(state: LightState): string {
  const {light, on} = make(3);
  const frame = new Uint8Array(3);
  const seen = new Set<string>();
  for (let time = 0; time < 4_000; time += 20) {
    drawLight(frame, state, time);
    light.show(frame, 1);
    seen.add(on());
  }
  seen.delete('000');
  return [...seen].join(' ');
}

test('an RGB LED that can only be switched has one clear colour in each state', () => {
  expect(Object.fromEntries(LIGHT_STATES.map((state) => [state, colour(state)]))).toEqual({
    // Blue and red in turn.
    'reset-everything': '001',
    'reset-network': '001',
    locate: '111',
    update: '101',
    'door-open': '010',
    'wrong-code': '100',
    failed: '100',
    ending: '001',
    ringing: '001',
    calling: '001',
    'locked-out': '100',
    talking: '001',
    starting: '111',
    'no-network': '110',
    'account-down': '110',
    ready: '111',
  });
});

test('a single LED that can only be switched has a rhythm of its own in each state', () => {
  const rhythm = (state: LightState) => {
    const {light, on} = make(1);
    const frame = new Uint8Array(3);
    return Array.from({length: 600}, (_, index) => {
      drawLight(frame, state, index * 20);
      light.show(frame, 1);
      return on();
    }).join('');
  };
  const rhythms = new Map(LIGHT_STATES.map((state) => [state, rhythm(state)]));
  expect(new Set(rhythms.values()).size).toBe(LIGHT_STATES.length);
  for (const [state, one] of rhythms) expect(one, state).toContain('1');
  expect(rhythms.get('ready')).not.toContain('0');
});

test('brightness 0 is off, any other leaves it on; it is off at the end', () => {
  const {light, on} = make(1);
  light.show(Uint8Array.of(102, 102, 102), 0.01);
  expect(on()).toBe('1');
  light.show(Uint8Array.of(102, 102, 102), 0);
  expect(on()).toBe('0');
  light.show(Uint8Array.of(255, 255, 255), 1);
  light.close();
  expect(on()).toBe('0');
});
