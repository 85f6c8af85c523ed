import {failure, type Result, success} from '../base/result.ts';
import type {AudioStream, CodecName, Direction, SocketAddress} from '../rtp/audio-stream.ts';
import type {StreamSecurity} from '../rtp/srtp/crypto-suite.ts';
import {
  offeredAgain,
  offeredFormats,
  packetTimeOf,
  readAudioFormats,
  settleFormats,
  writeAudioFormats,
} from './audio-formats.ts';
import {
  acceptCrypto,
  type ChosenCrypto,
  chooseCrypto,
  type LocalSecurity,
  offerCrypto,
} from './media-security.ts';
import {readRtcpTransport, writeRtcpAddress, writeRtcpAttributes} from './rtcp-attributes.ts';
import {
  directionOf,
  isGroup,
  type MediaDescription,
  notOneHost,
  type SessionDescription,
} from './session-description.ts';

/** What of this side an offer or answer tells. */
export interface LocalMedia {
  /** Where RTP is to be sent to. */
  readonly address: string;
  readonly port: number;
  /** Where reports (RTCP) are to be sent to; undefined: to the next port. */
  readonly rtcp?: SocketAddress | undefined;
  /** Decimal number that names the session, the same for all its descriptions. */
  readonly sessionId: string;
  /** Counts up with each description of the session that differs from the one before. */
  readonly version: number;
  readonly direction: Direction;
  /** The codecs that are spoken, the preferred one first. */
  readonly codecs: readonly CodecName[];
  /** Undefined: sound is not encrypted. */
  readonly security: LocalSecurity | undefined;
}

/** Why no common session came about. */
export interface NegotiationFailure {
  /** `unencrypted`: what must be encrypted is not; `encryption-off`: the other way round. */
  readonly code:
    | 'no-audio'
    | 'no-common-codec'
    | 'bad-address'
    | 'line-count'
    | 'unencrypted'
    | 'encryption-off'
    | 'no-usable-key';
  readonly text: string;
}

/** An answer to send, and the stream that it settles. */
export interface Answered {
  readonly answer: SessionDescription;
  readonly stream: AudioStream;
}

/**
 * An offer of one audio line (RFC 3264 section 5). `previous` is this side's last description of a session that
 * stands already: its lines are kept in order, those other than the audio line switched off (section 8).
 *
 * Encryption that is required is offered as RTP/SAVP. Where it is but wished for, the line is RTP/AVP with a=crypto: a
 * side that knows nothing of it answers as ever, and most that do take it so, while a second line confuses many.
 */
export function createOffer(local: LocalMedia, previous?: SessionDescription): SessionDescription {
  const active = previous?.media.findIndex(({port}) => port !== 0) ?? -1;
  const before = previous?.media[active];
  const offered = before ? offeredAgain(before, local.codecs) : offeredFormats(local.codecs);
  const {formats, attributes} = writeAudioFormats(offered, local.direction);
  const crypto = local.security ? offerCrypto(local.security.keys) : [];
  const audio: MediaDescription = {
    type: 'audio',
    port: local.port,
    protocol: local.security?.required ? 'RTP/SAVP' : (before?.protocol ?? 'RTP/AVP'),
    connection: undefined,
    formats,
    attributes: [...attributes, ...writeRtcpAttributes(true), ...writeRtcpAddress(local), ...crypto],
  };
  const media =
    active < 0 ? [audio] : previous!.media.map((line, index) => (index === active ? audio : refused(line)));
  return describe(local, media);
}

/** A line of an offer that may be taken. */
interface Candidate {
  readonly index: number;
  readonly line: MediaDescription;
  readonly crypto: ChosenCrypto | undefined;
}

/** The line of an offer that is taken, and the stream that it settles. */
interface ChosenLine extends Candidate {
  readonly stream: AudioStream;
}

/**
 * Chooses from an offer (RFC 3264 section 6) the first audio line that can be served, one that can be encrypted before others
 * where that is wished for, and in it the codec that is preferred here. A failure means 488.
 */
export function chooseLine(
  offer: SessionDescription,
  local: Pick<LocalMedia, 'direction' | 'codecs' | 'security'>,
): Result<ChosenLine, NegotiationFailure> {
  const {direction, codecs, security} = local;
  let problem = whyNone(offer, security);
  for (const {index, line, crypto} of candidates(offer, security)) {
    const named = readAudioFormats(line);
    const common = named.formats.filter(({codec}) => codecs.includes(codec));
    const format = codecs.map((name) => common.find(({codec}) => codec === name)).find((one) => one);
    const settled = format && settleFormats(format, named, {...named, formats: common});
    const stream = settle(offer, line, {direction, codecs, formats: settled, security: crypto?.security});
    if (stream.ok) return success({index, line, crypto, stream: stream.value});
    problem = stream.error;
  }
  return failure(problem);
}

/**
 * The answer to an offer: takes the line that `chooseLine` finds, with the payload types of the offer, and refuses every
 * other line by port 0. It names one codec only, which leaves nothing to be agreed on later. A failure means 488.
 */
export function answerOffer(
  offer: SessionDescription,
  local: LocalMedia,
): Result<Answered, NegotiationFailure> {
  const chosen = chooseLine(offer, local);
  if (!chosen.ok) return chosen;
  const {index, line, crypto, stream} = chosen.value;
  const {codec, payloadType, telephoneEvent, comfortNoise, direction, rtcp} = stream;
  const {formats, attributes} = writeAudioFormats(
    {formats: [{codec, payloadType}], telephoneEvent, comfortNoise},
    direction,
  );
  const security = crypto ? [crypto.attribute] : [];
  const address = rtcp.multiplexed ? [] : writeRtcpAddress(local);
  const accepted: MediaDescription = {
    type: 'audio',
    port: local.port,
    protocol: line.protocol,
    connection: undefined,
    formats,
    attributes: [...attributes, ...writeRtcpAttributes(rtcp.multiplexed), ...address, ...security],
  };
  const media = offer.media.map((other, position) => (position === index ? accepted : refused(other)));
  return success({answer: describe(local, media), stream});
}

/**
 * The stream that `answer` settles (RFC 3264 section 7) for an offer made here, in the first of its codecs that was offered.
 * Lines beyond those offered are not looked at. `required`: an answer without encryption is a failure.
 */
export function acceptAnswer(
  offer: SessionDescription,
  answer: SessionDescription,
  required: boolean,
): Result<AudioStream, NegotiationFailure> {
  const index = offer.media.findIndex(({port}) => port !== 0);
  const offered = offer.media[index];
  const answered = answer.media[index];
  if (!offered || !answered) {
    return failure({code: 'line-count', text: 'the answer lacks the offered media line'});
  }
  if (!isAudio(answered)) return failure({code: 'no-audio', text: 'the answer refuses audio'});
  const security = acceptCrypto(offered, answered);
  if (!security && (required || isSecure(answered))) {
    return failure({code: 'unencrypted', text: 'the answer is not encrypted (SRTP), as it would have to be'});
  }
  const own = readAudioFormats(offered);
  const codecs = own.formats.map(({codec}) => codec);
  const named = readAudioFormats(answered);
  const format = named.formats.find(({codec}) => codecs.includes(codec));
  const settled = format && settleFormats(format, named, own);
  return settle(answer, answered, {
    direction: directionOf(offer, offered),
    codecs,
    formats: settled,
    security,
  });
}

/** The lines that an answer may take, the best first. */
function candidates(offer: SessionDescription, security: LocalSecurity | undefined): Candidate[] {
  const secured: Candidate[] = [];
  const open: Candidate[] = [];
  for (let index = 0; index < offer.media.length; index++) {
    const line = offer.media[index]!;
    if (!isAudio(line)) continue;
    const crypto = security && chooseCrypto(line, security.keys);
    if (crypto) secured.push({index, line, crypto});
    if (!security?.required && !isSecure(line)) open.push({index, line, crypto: undefined});
  }
  return secured.length > 0 ? [...secured, ...open] : open;
}

/** Why an offer has no line that may be taken. */
function whyNone(offer: SessionDescription, security: LocalSecurity | undefined): NegotiationFailure {
  if (!offer.media.some(isAudio)) return {code: 'no-audio', text: 'no RTP/AVP audio is offered'};
  if (security?.required) {
    const text = 'encryption (SRTP) is required here, and no usable key is offered';
    return {code: 'unencrypted', text};
  }
  if (security) return {code: 'no-usable-key', text: 'encryption (SRTP) is offered without a usable key'};
  return {
    code: 'encryption-off',
    text: 'only encrypted sound (SRTP) is offered, and it is switched off here',
  };
}

function isAudio({type, port, protocol}: MediaDescription): boolean {
  return type === 'audio' && port !== 0 && /^RTP\/S?AVP$/i.test(protocol);
}

function isSecure({protocol}: MediaDescription): boolean {
  return protocol.toUpperCase() === 'RTP/SAVP';
}

/** What this side makes of a remote audio line. */
interface Settlement {
  /** The direction that this side would like. */
  readonly direction: Direction;
  readonly codecs: readonly CodecName[];
  /** Undefined: no codec of the line is spoken here. */
  readonly formats: ReturnType<typeof settleFormats> | undefined;
  readonly security: StreamSecurity | undefined;
}

/** Reads what a remote audio line settles. */
function settle(
  description: SessionDescription,
  line: MediaDescription,
  {direction: wanted, codecs, formats, security}: Settlement,
): Result<AudioStream, NegotiationFailure> {
  if (!formats) {
    const names = codecs.join(', ');
    const text =
      codecs.length === 1 ? `${names} is not among the codecs` : `none of ${names} is among the codecs`;
    return failure({code: 'no-common-codec', text});
  }
  const address = (line.connection ?? description.connection)?.address;
  if (address === undefined) return failure({code: 'bad-address', text: 'the audio line has no c= address'});
  if (isGroup(address)) {
    return failure({code: 'bad-address', text: notOneHost(address)});
  }
  const direction = common(wanted, mirrored(directionOf(description, line)));
  return success({
    remote: {address, port: line.port},
    ...formats,
    direction: isHold(address) ? common(direction, 'recvonly') : direction,
    packetTime: packetTimeOf(description, line),
    rtcp: readRtcpTransport(description, line),
    security,
  });
}

/** The unspecified address: send nothing (RFC 3264 section 8.4, the hold of RFC 2543). */
function isHold(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]+$/.test(address);
}

/** The other side's direction seen from here. */
function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

function sendsIn(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function receivesIn(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/** What both allow. */
function common(one: Direction, other: Direction): Direction {
  const sends = sendsIn(one) && sendsIn(other);
  const receives = receivesIn(one) && receivesIn(other);
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

/** A line refused as section 6 asks: port 0, type, protocol and formats as they were. */
function refused({type, protocol, formats}: MediaDescription): MediaDescription {
  return {type, port: 0, protocol, formats, connection: undefined, attributes: []};
}

function describe(local: LocalMedia, media: MediaDescription[]): SessionDescription {
  const {address, sessionId, version} = local;
  return {
    origin: {userName: '-', sessionId, sessionVersion: String(version), address},
    sessionName: '-',
    connection: {address},
    attributes: [],
    media,
  };
}
