/** What the station itself gives to hear. A recording may take the place of each. */
export const soundNames = [
  'ready',
  'press',
  'ringback',
  'busy',
  'congestion',
  'error',
  'talk',
  'ending',
  'door',
  'tick',
  'chirp',
] as const;

export type SoundName = (typeof soundNames)[number];
