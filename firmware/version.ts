import description from '../package.json' with {type: 'json'};

/** Doorline's version, for example "0.1.0". */
export const version: string = description.version;

/** What it calls itself in SIP (RFC 3261 sections 20.35 and 20.41). */
export const userAgentName = `Doorline/${version}`;
