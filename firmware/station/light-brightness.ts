/** How bright the light is to look: percent, and at night another. */
export interface BrightnessSettings {
  readonly brightness: number;
  /** From and to in minutes after midnight, local time; it may lie on both sides of midnight. */
  readonly night?: {readonly from: number; readonly to: number; readonly brightness: number} | undefined;
}

/** The brightness at a wall-clock time (ms since 1970), 0 to 1. */
export function brightnessAt({brightness, night}: BrightnessSettings, wallTime: number): number {
  return (night && isWithin(night, minuteOfDay(wallTime)) ? night.brightness : brightness) / 100;
}

function minuteOfDay(wallTime: number): number {
  const date = new Date(wallTime);
  return 60 * date.getHours() + date.getMinutes();
}

function isWithin({from, to}: {from: number; to: number}, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
