import {
  type AudioFormat,
  type AudioStream,
  type CodecName,
  codecNames,
  type Direction,
} from '../rtp/audio-stream.ts';
import {
  type Attribute,
  attribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

/** The payload types of one audio line, in its order. */
export interface AudioFormats {
  readonly formats: readonly AudioFormat[];
  readonly telephoneEvent: number | undefined;
  /** Noise for pauses (CN, RFC 3389). */
  readonly comfortNoise: number | undefined;
}

/** Static payload types (RFC 3551 section 6). */
const staticTypes: Readonly<Record<CodecName, number>> = {G722: 9, PCMU: 0, PCMA: 8};
/** The static payload type of comfort noise at 8000 Hz (RFC 3389 section 4). */
const staticNoise = 13;
/** The number that most phones have telephone-event on. */
const usualEvent = 101;

const usualPacketTime = 20;

/** What a first offer of this side names. */
export function offeredFormats(codecs: readonly CodecName[]): AudioFormats {
  const formats = codecs.map((codec) => ({codec, payloadType: staticTypes[codec]}));
  return {formats, telephoneEvent: usualEvent, comfortNoise: staticNoise};
}

/**
 * What a later offer names: all codecs again, but whatever had a number in this side's last description has the same one
 * (RFC 3264 section 8.3.2), and the order stays as well.
 */
export function offeredAgain(before: MediaDescription, codecs: readonly CodecName[]): AudioFormats {
  const known = readAudioFormats(before);
  const formats = known.formats.filter(({codec}) => codecs.includes(codec));
  for (const format of offeredFormats(codecs).formats) {
    const {codec, payloadType} = format;
    const taken = formats.some((one) => one.codec === codec || one.payloadType === payloadType);
    const {telephoneEvent, comfortNoise} = known;
    if (!taken && payloadType !== telephoneEvent && payloadType !== comfortNoise) formats.push(format);
  }
  return {...known, formats};
}

/** The known codecs, telephone-event and comfort noise in an audio line, by their numbers there. */
export function readAudioFormats(line: MediaDescription): AudioFormats & {formats: AudioFormat[]} {
  // Static payload types need no rtpmap.
  const encodings = new Map(codecNames.map((codec) => [String(staticTypes[codec]), `${codec}/8000`]));
  encodings.set(String(staticNoise), 'CN/8000');
  for (const {name, value} of line.attributes) {
    const map = name === 'rtpmap' && /^(\d{1,3})[ \t]+([^ \t]+)/.exec(value ?? '');
    if (map) encodings.set(map[1] as string, (map[2] as string).toUpperCase().replace(/\/1$/, ''));
  }
  const formats: AudioFormat[] = [];
  let telephoneEvent: number | undefined;
  let comfortNoise: number | undefined;
  for (const format of line.formats) {
    const payloadType = Number(format);
    const encoding = encodings.get(format);
    if (encoding === undefined || payloadType > 127) continue;
    const codec = codecNames.find((name) => encoding === `${name}/8000`);
    if (codec !== undefined && !formats.some((one) => one.codec === codec))
      formats.push({codec, payloadType});
    if (encoding === 'TELEPHONE-EVENT/8000') telephoneEvent ??= payloadType;
    if (encoding === 'CN/8000') comfortNoise ??= payloadType;
  }
  return {formats, telephoneEvent, comfortNoise};
}

/** Formats and attributes of an audio line of this side. */
export function writeAudioFormats(
  {formats, telephoneEvent, comfortNoise}: AudioFormats,
  direction: Direction,
): Pick<MediaDescription, 'formats' | 'attributes'> {
  const numbers = formats.map(({payloadType}) => String(payloadType));
  const attributes: Attribute[] = formats.map(({codec, payloadType}) => ({
    name: 'rtpmap',
    value: `${payloadType} ${codec}/8000`,
  }));
  if (comfortNoise !== undefined) {
    numbers.push(String(comfortNoise));
    attributes.push({name: 'rtpmap', value: `${comfortNoise} CN/8000`});
  }
  if (telephoneEvent !== undefined) {
    numbers.push(String(telephoneEvent));
    attributes.push(
      {name: 'rtpmap', value: `${telephoneEvent} telephone-event/8000`},
      // Events 0 to 15 are the digits, * # and A to D (RFC 4733 section 3.2).
      {name: 'fmtp', value: `${telephoneEvent} 0-15`},
    );
  }
  attributes.push({name: 'ptime', value: String(usualPacketTime)}, {name: direction, value: undefined});
  return {formats: numbers, attributes};
}

/**
 * The codec in which this side sends, and all that the other side may send. `answered`: the payload types of the other
 * side's description beside its codecs, `receives` those of this side's.
 */
export function settleFormats(
  format: AudioFormat,
  answered: Pick<AudioFormats, 'telephoneEvent' | 'comfortNoise'>,
  receives: AudioFormats,
): Pick<AudioStream, 'codec' | 'payloadType' | 'telephoneEvent' | 'comfortNoise' | 'receives'> {
  const {formats} = receives;
  const {telephoneEvent} = answered;
  const comfortNoise = answered.comfortNoise === undefined ? undefined : receives.comfortNoise;
  const event = telephoneEvent === undefined ? undefined : receives.telephoneEvent;
  const same =
    event === telephoneEvent && formats.every(({payloadType}) => payloadType === format.payloadType);
  return {
    ...format,
    telephoneEvent,
    comfortNoise,
    ...(same ? {} : {receives: {formats, telephoneEvent: event}}),
  };
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
