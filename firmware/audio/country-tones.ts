/** A stretch of tones sounding together; none is a pause. */
export interface ToneSegment {
  /** In Hz. */
  readonly frequencies: readonly number[];
  readonly milliseconds: number;
}

/** What a network tells a caller by ear, as ITU-T E.180 describes it: once through its rhythm. */
export type CallTone = readonly ToneSegment[];

interface CallTones {
  /** The phone rings there. */
  readonly ringback: CallTone;
  readonly busy: CallTone;
  /** No way there was free, or nothing came back. */
  readonly congestion: CallTone;
}

/** `cadence`: sound and pause in turn, in ms. */
function tone(frequencies: readonly number[], ...cadence: readonly number[]): CallTone {
  return cadence.map((milliseconds, index) => ({
    frequencies: index % 2 === 0 ? frequencies : [],
    milliseconds,
  }));
}

/**
 * By country, as networks have told the ITU (E.180 supplement 2). Compared, each of them, with indications.conf.sample of
 * Asterisk 22. `eu`: within the limits that E.180 itself recommends, and what the most of Europe takes for its own.
 */
export const countryTones = {
  eu: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 480, 480),
    congestion: tone([425], 240, 240),
  },
  at: {
    ringback: tone([420], 1000, 5000),
    busy: tone([420], 400, 400),
    congestion: tone([420], 200, 200),
  },
  au: {
    ringback: tone([413, 438], 400, 200, 400, 2000),
    busy: tone([425], 375, 375),
    congestion: [...tone([425], 375, 375), ...tone([420], 375, 375)],
  },
  be: {
    ringback: tone([425], 1000, 3000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 167, 167),
  },
  ch: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 200, 200),
  },
  cz: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 330, 330),
    congestion: tone([425], 165, 165),
  },
  de: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 480, 480),
    congestion: tone([425], 240, 240),
  },
  dk: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 200, 200),
  },
  es: {
    ringback: tone([425], 1500, 3000),
    busy: tone([425], 200, 200),
    congestion: tone([425], 200, 200, 200, 200, 200, 600),
  },
  fi: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 300, 300),
    congestion: tone([425], 200, 200),
  },
  fr: {
    ringback: tone([440], 1500, 3500),
    busy: tone([440], 500, 500),
    congestion: tone([440], 250, 250),
  },
  gb: {
    ringback: tone([400, 450], 400, 200, 400, 2000),
    busy: tone([400], 375, 375),
    congestion: tone([400], 400, 350, 225, 525),
  },
  it: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 200, 200),
  },
  nl: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 250, 250),
  },
  no: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 200, 200),
  },
  nz: {
    ringback: tone([400, 450], 400, 200, 400, 2000),
    busy: tone([400], 500, 500),
    congestion: tone([400], 250, 250),
  },
  pl: {
    ringback: tone([425], 1000, 4000),
    busy: tone([425], 500, 500),
    congestion: tone([425], 500, 500),
  },
  se: {
    ringback: tone([425], 1000, 5000),
    busy: tone([425], 250, 250),
    congestion: tone([425], 250, 750),
  },
  us: {
    ringback: tone([440, 480], 2000, 4000),
    busy: tone([480, 620], 500, 500),
    congestion: tone([480, 620], 250, 250),
  },
} as const satisfies Record<string, CallTones>;

export type Country = keyof typeof countryTones;

export const countries = Object.keys(countryTones) as Country[];
