import * as v from 'valibot';
import {pattern} from './fields.ts';
import {shown} from './problem.ts';

const NAMES = String.raw`([^\s,/]{1,64})(?:,([^\s,/]{1,64}),([^\s,/]{1,64}))?`;
const SHAPE = new RegExp(`^(?:(none)|ring:(\\d{1,4})|(gpio|gpio-low|led):${NAMES})$`);
const MOST_LIGHTS = 400;

const example =
  `must be ring:COUNT (1 to ${MOST_LIGHTS} lights), gpio:LINE or gpio:RED,GREEN,BLUE (gpio-low: lit at low level), ` +
  'led:NAME or led:RED,GREEN,BLUE (of /sys/class/leds), or none';

/** The light that is connected, such as `ring:24`. */
export const lightDevice = v.pipe(
  pattern(SHAPE, example),
  v.transform((value) => {
    const [, none, count, kind, ...names] = SHAPE.exec(value) ?? [];
    const given = names.filter((name) => name !== undefined);
    if (none !== undefined) return {kind: 'none'} as const;
    if (count !== undefined) return {kind: 'ring', count: Number(count)} as const;
    if (kind === 'led') return {kind, names: given} as const;
    return {kind: 'gpio', lines: given, active: kind === 'gpio' ? 'high' : 'low'} as const;
  }),
  v.check((light) => light.kind !== 'ring' || (light.count >= 1 && light.count <= MOST_LIGHTS), example),
);

/** What a board has for lights. */
export interface LightPlaces {
  readonly light?: {readonly kind: string} | undefined;
  /** What is on each pin of the header, from pin 1 on: the name of a line, perhaps with more words. */
  readonly header?: readonly string[];
}

/** What a board lacks for a light, in words; a simulated one has all. */
export function lightProblem(device: string, {light, header}: LightPlaces): string | undefined {
  if (light?.kind === 'simulated') return undefined;
  if (device.startsWith('ring:')) return light?.kind === 'ws2812' ? undefined : 'place for a ring of lights';
  const missing = linesOf(device).find((line) => pinOf(line, header) === 0);
  return missing === undefined ? undefined : `line ${shown(missing)} on its header`;
}

/** The pins of the header that a light needs on GPIO lines. */
export function lightPins(device: string, {header}: LightPlaces): number[] {
  return linesOf(device)
    .map((line) => pinOf(line, header))
    .filter((pin) => pin > 0);
}

function linesOf(device: string): string[] {
  return /^gpio(?:-low)?:(.+)$/.exec(device)?.[1]?.split(',') ?? [];
}

/** From 1 on; 0 where it is not there. */
function pinOf(line: string, header: readonly string[] = []): number {
  return header.findIndex((words) => `${words} `.startsWith(`${line} `)) + 1;
}
