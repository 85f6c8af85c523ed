/**
 * What the light can say, the more urgent first: of several that hold, the first is shown.
 * `ready` always holds.
 */
export const LIGHT_STATES = [
  'reset-everything',
  'reset-network',
  'locate',
  'door-open',
  'wrong-code',
  'failed',
  'ending',
  'ringing',
  'calling',
  'locked-out',
  'talking',
  'update',
  'starting',
  'no-network',
  'account-down',
  'ready',
] as const;

export type LightState = (typeof LIGHT_STATES)[number];

/** How bright a colour is to look, as on a screen; what power that takes is the driver's affair. */
type Colour = readonly [red: number, green: number, blue: number];

const WHITE: Colour = [255, 255, 255];
const AMBER: Colour = [255, 180, 0];
const BLUE: Colour = [0, 132, 255];
const RED: Colour = [255, 0, 0];
const PURPLE: Colour = [190, 70, 255];
const GREEN: Colour = [0, 255, 110];

/** Time between two frames of what changes smoothly; ms. */
const SMOOTH = 40;
/** What is left of the light while it is off for a moment, to be found in the dark. */
const FAINT = 0.2;

interface Pattern {
  readonly colour: Colour;
  /** Shown in turn with it, each for one step. */
  readonly other?: Colour;
  readonly movement: Movement;
  /** In place of it where there is only one light, which has no shape: a rhythm. */
  readonly single?: Movement;
}

interface Movement {
  /** It can only change at multiples of so many ms after its state began; undefined: it stands still. */
  readonly step: number | undefined;
  /** How bright light `index` of `count` is to look, 0 to 1, `time` ms after the state began. */
  brightness(time: number, index: number, count: number): number;
}

/**
 * Each state has a pattern of its own besides its colour, for those who cannot tell colours apart, and for a light that
 * has none and can only be switched on and off. Nothing flashes more than three times a second (WCAG 2.3.1).
 */
const PATTERNS: Readonly<Record<LightState, Pattern>> = {
  starting: {
    colour: WHITE,
    movement: {step: SMOOTH, brightness: (time) => 0.15 + 0.55 * swell(time, 3_000)},
  },
  ready: {colour: WHITE, movement: still(0.4)},
  // Two long blinks in three seconds.
  update: {
    colour: PURPLE,
    movement: {
      step: 500,
      brightness: (time) => (on(time, 3_000, 0, 500) || on(time, 3_000, 1_000, 1_500) ? 0.9 : FAINT),
    },
  },
  // A point that runs round; a single light flickers twice and rests.
  locate: {
    colour: WHITE,
    movement: {step: SMOOTH, brightness: (time, index, count) => 1 - gap(time, index, count)},
    single: {
      step: 100,
      brightness: (time) => (on(time, 1_000, 0, 100) || on(time, 1_000, 200, 300) ? 1 : 0),
    },
  },
  // Blue and red in turn: let go now and the network settings are forgotten.
  'reset-network': {
    colour: BLUE,
    other: RED,
    movement: {step: 500, brightness: (time) => (on(time, 1_000, 0, 500) ? 0.9 : 0.6)},
    single: blink(1_000, 500, 500),
  },
  // The same twice as fast: let go now and everything is.
  'reset-everything': {
    colour: BLUE,
    other: RED,
    movement: {step: 250, brightness: (time) => (on(time, 500, 0, 250) ? 1 : 0.6)},
    single: {
      step: 250,
      brightness: (time) => (on(time, 1_500, 0, 250) || on(time, 1_500, 500, 750) ? 1 : 0),
    },
  },
  'no-network': {
    colour: AMBER,
    movement: {step: 1_000, brightness: (time) => (on(time, 4_000, 0, 1_000) ? 0.85 : FAINT)},
  },
  // Two short blinks, then a long pause.
  'account-down': {
    colour: AMBER,
    movement: {
      step: 200,
      brightness: (time) => (on(time, 2_400, 0, 200) || on(time, 2_400, 400, 600) ? 0.85 : FAINT),
    },
  },
  calling: {
    colour: BLUE,
    movement: {step: SMOOTH, brightness: (time) => 0.15 + 0.85 * swell(time, 1_600)},
  },
  ringing: {
    colour: BLUE,
    movement: {step: SMOOTH, brightness: (time) => 0.15 + 0.85 * swell(time, 700)},
  },
  // A single light winks now and then.
  talking: {colour: BLUE, movement: still(0.9), single: blink(4_000, 200, 3_800)},
  ending: {colour: BLUE, movement: blink(400, 200, 200)},
  // A broken ring: every other light. A single one flickers.
  failed: {
    colour: RED,
    movement: {step: undefined, brightness: (_, index) => (index % 2 === 0 ? 0.95 : 0)},
    single: blink(600, 150, 150),
  },
  // A gap that runs round once a second; a single light has it in time.
  'door-open': {
    colour: GREEN,
    movement: {step: SMOOTH, brightness: gap},
    single: blink(1_000, 250, 750),
  },
  // Three blinks, then dark until the state is over.
  'wrong-code': {
    colour: RED,
    movement: {
      step: 250,
      brightness: (time) => (time < WRONG_CODE_TIME && on(time, 500, 0, 250) ? 1 : 0),
    },
  },
  // Four points of the ring. A single light flashes shortly.
  'locked-out': {
    colour: RED,
    movement: {
      step: undefined,
      brightness: (_, index, count) => (index % Math.max(1, count / 4) < 1 ? 0.8 : 0),
    },
    single: blink(2_000, 200, 200),
  },
};

/** How long the three blinks of a wrong code take; ms. */
export const WRONG_CODE_TIME = 1_500;

/**
 * How many ms after `time` (ms since it began) `state` may show something else on `count` lights; Infinity where it stands
 * still.
 */
export function nextChange(state: LightState, time: number, count: number): number {
  const {step} = movementOf(state, count);
  return step === undefined ? Infinity : step - (time % step);
}

/** Writes into `frame` (3 bytes a light: red, green, blue) what `state` shows `time` ms after it began. */
export function drawLight(frame: Uint8Array, state: LightState, time: number): void {
  const count = frame.length / 3;
  const {colour: first, other} = PATTERNS[state];
  const movement = movementOf(state, count);
  const turn = movement.step === undefined ? 0 : Math.floor(time / movement.step) % 2;
  const colour = other && turn === 1 ? other : first;
  for (let index = 0; index < count; index += 1) {
    const level = movement.brightness(time, index, count);
    // The array cuts off what is behind the point.
    frame[3 * index] = colour[0] * level + 0.5;
    frame[3 * index + 1] = colour[1] * level + 0.5;
    frame[3 * index + 2] = colour[2] * level + 0.5;
  }
}

function movementOf(state: LightState, count: number): Movement {
  const {movement, single} = PATTERNS[state];
  return count === 1 && single ? single : movement;
}

function still(level: number): Movement {
  return {step: undefined, brightness: () => level};
}

/** Fully on for `lit` ms of each `period`, in which all changes fall on multiples of `step`. */
function blink(period: number, step: number, lit: number): Movement {
  return {step, brightness: (time) => (on(time, period, 0, lit) ? 1 : 0)};
}

/** An eighth of the ring is dark and goes round once a second; its edges glide from light to light. */
function gap(time: number, index: number, count: number): number {
  const places = Math.max(count, 8);
  const middle = ((time % 1_000) / 1_000) * places;
  const apart = Math.abs(index - middle);
  const distance = Math.min(apart, places - apart);
  return Math.min(1, Math.max(0, distance - places / 16 + 0.5));
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
