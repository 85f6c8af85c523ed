import {createRequire} from 'node:module';

/** What npm `sip` makes of `"name" <uri>;parameters`; quotes and the URI stay as they were. */
interface NpmAddress {
  name: string | undefined;
  uri: string;
  params: Record<string, string | null>;
}

/** A message as npm `sip` has it. */
export interface NpmMessage {
  method?: string;
  uri?: string;
  status?: number;
  reason?: string;
  version: string;
  headers: {
    via: {host: string; port: number | undefined; params: Record<string, string | null>}[];
    from: NpmAddress;
    to: NpmAddress;
    contact?: NpmAddress[];
    cseq: {seq: number; method: string};
    'call-id': string;
  };
  content: string;
}

interface NpmSip {
  parse(bytes: Buffer): NpmMessage;
  parseUri(text: string): {user: string | undefined; host: string; port: number};
  stringify(message: NpmMessage): string;
  makeResponse(request: NpmMessage, status: number, reason: string): NpmMessage;
}

interface NpmSdp {
  parse(text: string): {c?: {address: string}; m: {port: number; fmt: number[]}[]};
}

const require = createRequire(import.meta.url);

/** npm `sip`, the peer of these benchmarks; it has no types of its own. */
export const npmSip = require('sip') as NpmSip;
/** Its reader of session descriptions. */
export const npmSdp = require('sip/sdp') as NpmSdp;
