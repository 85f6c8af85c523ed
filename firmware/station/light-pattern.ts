/**
 * What the light can say, the more urgent first: of several that hold, the first is shown.
 * `ready` always holds.
 */
export const LIGHT_STATES = [
  'door-open',
  'wrong-code',
  'failed',
  'ending',
  'ringing',
  'calling',
  'locked-out',
  'talking',
  'starting',
  'no-network',
  'account-down',
  'ready',
] as const;

export type LightState = (typeof LIGHT_STATES)[number];

type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const AMBER: Colour = [255, 120, 0];
const BLUE: Colour = [0, 60, 255];
const RED: Colour = [255, 0, 0];
const GREEN: Colour = [0, 255, 40];

/** Time between two frames of what changes smoothly; ms. */
const SMOOTH = 50;

interface Pattern {
  readonly colour: Colour;
  /** It can only change at multiples of so many ms after its state began; undefined: it stands still. */
  readonly step: number | undefined;
  /** Brightness, 0 to 1, of light `index` of `count`, `time` ms after the state began. */
  brightness(time: number, index: number, count: number): number;
}

/**
 * Each state has a pattern of its own besides its colour, for those who cannot tell colours apart. Nothing
 * flashes more than three times a second (WCAG 2.3.1).
 */
const PATTERNS: Readonly<Record<LightState, Pattern>> = {
  starting: {colour: WHITE, step: SMOOTH, brightness: (time) => 0.05 + 0.45 * swell(time, 3_000)},
  ready: {colour: WHITE, step: undefined, brightness: () => 0.12},
  'no-network': {colour: AMBER, step: 1_500, brightness: (time) => (on(time, 3_000, 0, 1_500) ? 0.7 : 0.03)},
  // Two short blinks, then a long pause.
  'account-down': {
    colour: AMBER,
    step: 200,
    brightness: (time) => (on(time, 2_400, 0, 200) || on(time, 2_400, 400, 600) ? 0.7 : 0.03),
  },
  calling: {colour: BLUE, step: SMOOTH, brightness: (time) => 0.1 + 0.9 * swell(time, 1_600)},
  ringing: {colour: BLUE, step: SMOOTH, brightness: (time) => 0.1 + 0.9 * swell(time, 700)},
  talking: {colour: BLUE, step: undefined, brightness: () => 0.8},
  ending: {colour: BLUE, step: 200, brightness: (time) => (on(time, 400, 0, 200) ? 1 : 0)},
  // A broken ring: every other light.
  failed: {colour: RED, step: undefined, brightness: (_, index) => (index % 2 === 0 ? 0.9 : 0)},
  // A gap that runs round once a second; a single light winks.
  'door-open': {
    colour: GREEN,
    step: SMOOTH,
    brightness: (time, index, count) => {
      const steps = Math.max(count, 8);
      const behind = (index - Math.floor(((time % 1_000) / 1_000) * steps) + steps) % steps;
      return behind < steps / 8 ? 0 : 1;
    },
  },
  // Three blinks, then dark until the state is over.
  'wrong-code': {
    colour: RED,
    step: 250,
    brightness: (time) => (time < WRONG_CODE_TIME && on(time, 500, 0, 250) ? 1 : 0),
  },
  // Four points of the ring.
  'locked-out': {
    colour: RED,
    step: undefined,
    brightness: (_, index, count) => (index % Math.max(1, count / 4) < 1 ? 0.6 : 0),
  },
};

/** How long the three blinks of a wrong code take; ms. */
export const WRONG_CODE_TIME = 1_500;

/** How many ms after `time` (ms since it began) `state` may show something else; Infinity where it stands still. */
export function nextChange(state: LightState, time: number): number {
  const {step} = PATTERNS[state];
  return step === undefined ? Infinity : step - (time % step);
}

/** Writes into `frame` (3 bytes a light: red, green, blue) what `state` shows `time` ms after it began. */
export function drawLight(frame: Uint8Array, state: LightState, time: number): void {
  const {colour, brightness} = PATTERNS[state];
  const count = frame.length / 3;
  for (let index = 0; index < count; index += 1) {
    const level = brightness(time, index, count);
    frame[3 * index] = Math.round(colour[0] * level);
    frame[3 * index + 1] = Math.round(colour[1] * level);
    frame[3 * index + 2] = Math.round(colour[2] * level);
  }
}

/** From 0 up to 1 and back within each `period`. */
function swell(time: number, period: number): number {
  return (1 - Math.cos((2 * Math.PI * time) / period)) / 2;
}

/** Whether `time` lies between `from` and `to` of its `period`. */
function on(time: number, period: number, from: number, to: number): boolean {
  const phase = time % period;
  return phase >= from && phase < to;
}
