import type {RandomBytes} from '../../base/random.ts';

/** SDES item type of the canonical name (RFC 3550 section 6.5.1). */
const cnameItem = 1;

/**
 * A canonical name for one session: 96 random bits in base64 (RFC 7022 section 4.2). It says nothing about the
 * device, and two calls cannot be told to be of the same one.
 */
export function makeCname(random: RandomBytes): string {
  return Buffer.from(random(12)).toString('base64');
}

/** Writes the body of an SDES packet with one chunk, the canonical name of `ssrc`; returns its length. */
export function writeSourceDescription(body: DataView, ssrc: number, cname: string): number {
  body.setUint32(0, ssrc);
  body.setUint8(4, cnameItem);
  body.setUint8(5, cname.length);
  for (let index = 0; index < cname.length; index++) body.setUint8(6 + index, cname.charCodeAt(index));
  const end = 6 + cname.length;
  // The list of items ends with at least one zero byte, and a chunk with a whole word.
  body.setUint8(end, 0);
  return end + 1;
}

/** Whether a BYE packet (RFC 3550 section 6.6) names `ssrc` among its `count` sources. */
export function saysGoodbye(body: DataView, count: number, ssrc: number): boolean {
  const sources = Math.min(count, Math.floor(body.byteLength / 4));
  for (let index = 0; index < sources; index++) if (body.getUint32(4 * index) === ssrc) return true;
  return false;
}
