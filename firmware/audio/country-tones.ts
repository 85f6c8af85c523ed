/** What a network tells a caller by ear, as ITU-T E.180 describes it. */
export interface CallTone {
  /** Sounding together, in Hz. */
  readonly frequencies: readonly number[];
  /** Sound and pause in turn, in ms. */
  readonly cadence: readonly number[];
}

interface CallTones {
  /** The phone rings there. */
  readonly ringback: CallTone;
  readonly busy: CallTone;
}

function tone(frequencies: readonly number[], ...cadence: readonly number[]): CallTone {
  return {frequencies, cadence};
}

/** By country (ITU-T E.180 supplement 2); `eu`: what E.180 itself recommends. */
export const countryTones = {
  eu: {ringback: tone([425], 1000, 4000), busy: tone([425], 480, 480)},
  at: {ringback: tone([420], 1000, 5000), busy: tone([420], 400, 400)},
  au: {ringback: tone([413, 438], 400, 200, 400, 2000), busy: tone([425], 375, 375)},
  ch: {ringback: tone([425], 1000, 4000), busy: tone([425], 500, 500)},
  de: {ringback: tone([425], 1000, 4000), busy: tone([425], 480, 480)},
  es: {ringback: tone([425], 1500, 3000), busy: tone([425], 200, 200)},
  fr: {ringback: tone([440], 1500, 3500), busy: tone([440], 500, 500)},
  gb: {ringback: tone([400, 450], 400, 200, 400, 2000), busy: tone([400], 375, 375)},
  it: {ringback: tone([425], 1000, 4000), busy: tone([425], 500, 500)},
  nl: {ringback: tone([425], 1000, 4000), busy: tone([425], 500, 500)},
  pl: {ringback: tone([425], 1000, 4000), busy: tone([425], 500, 500)},
  se: {ringback: tone([425], 1000, 5000), busy: tone([425], 250, 250)},
  us: {ringback: tone([440, 480], 2000, 4000), busy: tone([480, 620], 500, 500)},
} as const satisfies Record<string, CallTones>;

export type Country = keyof typeof countryTones;

export const countries = Object.keys(countryTones) as Country[];
