import type {AudioStream, Direction} from '../rtp/audio-stream.ts';
import {
  type Attribute,
  attribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

/** The payload types of one audio line. */
type AudioFormats = Pick<AudioStream, 'codec' | 'payloadType' | 'telephoneEvent'>;

/** What offers of this side name: PCMU's static type, telephone-event on the number most phones use. */
export const offeredFormats: AudioFormats = {codec: 'PCMU', payloadType: 0, telephoneEvent: 101};

const usualPacketTime = 20;

/** PCMU and telephone-event in a remote audio line, by their numbers there; undefined where PCMU is missing. */
export function chooseAudioFormats(line: MediaDescription): AudioFormats | undefined {
  const encodings = new Map<string, string>();
  for (const {name, value} of line.attributes) {
    const map = name === 'rtpmap' && /^(\d{1,3})[ \t]+([^ \t]+)/.exec(value ?? '');
    if (map) encodings.set(map[1] as string, (map[2] as string).toUpperCase());
  }
  // Static payload types need no rtpmap (RFC 3551 section 6).
  if (!encodings.has('0')) encodings.set('0', 'PCMU/8000');
  const find = (...names: string[]): number | undefined => {
    const format = line.formats.find((one) => names.includes(encodings.get(one) ?? ''));
    return format !== undefined && Number(format) <= 127 ? Number(format) : undefined;
  };
  const payloadType = find('PCMU/8000', 'PCMU/8000/1');
  if (payloadType === undefined) return undefined;
  const telephoneEvent = find('TELEPHONE-EVENT/8000', 'TELEPHONE-EVENT/8000/1');
  return {codec: 'PCMU', payloadType, telephoneEvent};
}

/**
 * Where an answer has other numbers than the offer of this side: those of the offer, under which the other side sends
 * (RFC 3264 section 5.1).
 */
export function receivedFormats(
  offered: MediaDescription,
  answered: AudioFormats,
): Pick<AudioStream, 'receives'> {
  const own = chooseAudioFormats(offered);
  if (!own) return {};
  const {payloadType} = own;
  const telephoneEvent = answered.telephoneEvent === undefined ? undefined : own.telephoneEvent;
  const same = payloadType === answered.payloadType && telephoneEvent === answered.telephoneEvent;
  return same ? {} : {receives: {payloadType, telephoneEvent}};
}

/** Formats and attributes of an audio line of this side. */
export function writeAudioFormats(
  {codec, payloadType, telephoneEvent}: AudioFormats,
  direction: Direction,
): Pick<MediaDescription, 'formats' | 'attributes'> {
  const formats = [String(payloadType)];
  const attributes: Attribute[] = [{name: 'rtpmap', value: `${payloadType} ${codec}/8000`}];
  if (telephoneEvent !== undefined) {
    formats.push(String(telephoneEvent));
    attributes.push(
      {name: 'rtpmap', value: `${telephoneEvent} telephone-event/8000`},
      // Events 0 to 15 are the digits, * # and A to D (RFC 4733 section 3.2).
      {name: 'fmtp', value: `${telephoneEvent} 0-15`},
    );
  }
  attributes.push({name: 'ptime', value: String(usualPacketTime)}, {name: direction, value: undefined});
  return {formats, attributes};
}

/** Packet length in ms that the remote side asks for by ptime and maxptime: 10 to 60 in tens, else 20. */
export function packetTimeOf(description: SessionDescription, line: MediaDescription): number {
  const read = (name: string): number | undefined => {
    const text = attribute(line.attributes, name) ?? attribute(description.attributes, name);
    const value = Number(text);
    return text !== undefined && value >= 10 && value <= 60 && value % 10 === 0 ? value : undefined;
  };
  return Math.min(read('ptime') ?? usualPacketTime, read('maxptime') ?? 60);
}
