import type {RandomBytes} from '../../base/random.ts';
import {meanOpinionScore, transmissionRating} from '../e-model.ts';
import type {RtpReceiver} from '../receiver.ts';
import type {RtpSender} from '../sender.ts';
import {CompoundWriter, packetType, splitCompound} from './compound.ts';
import {reportInterval} from './interval.ts';
import {gapMinimum} from './loss-pattern.ts';
import {compactTime, ntpFraction, ntpSeconds} from './ntp-time.ts';
import {findReportBlock, type ReportBlock, readSenderInfo, readSsrc, writeReport} from './reports.ts';
import {makeCname, saysGoodbye, writeSourceDescription} from './source-description.ts';
import {findVoipMetrics, writeVoipMetrics} from './voip-metrics.ts';

/** What reports may take: 5 % of a stream of G.711 with its headers, in bytes a second (RFC 3550 section 6.2). */
const bandwidth = 0.05 * 10_000;
/** IP and UDP headers, which count as part of a report's size. */
const lowerHeaders = 28;
/** A round trip that takes longer is a mistake or a lie, in ms. */
const longestRoundTrip = 30_000;

/** What the other side tells of the sound that it receives; undefined until it has. */
export interface RemoteFigures {
  /** Packets from here that never arrived there. */
  readonly lost: number | undefined;
  /** Interarrival jitter there, in ms. */
  readonly jitterMs: number | undefined;
  readonly roundTripMs: number | undefined;
  /** Mean opinion score there, 1 to 5, from its extended reports. */
  readonly mos: number | undefined;
}

/** How the sound that came is played, for extended reports; ms. */
export interface Playout {
  /** From a packet's coming to its being heard. */
  readonly delay: number;
  readonly maximum: number;
}

/** What reports are about, and what is needed to make them. */
export interface RtcpParts {
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver;
  /** Of the RTP timestamps of both directions, in Hz. */
  readonly clockRate: number;
  readonly random: RandomBytes;
  /** Wall-clock time less the time that methods are given, in ms. */
  readonly wallOffset: number;
}

/**
 * RTCP of one call between two (RFC 3550 section 6): says what was sent and received, every five seconds or so, and
 * hears what the other side says. It is given the time; `poll` has the next report when it is due.
 */
export class RtcpSession {
  readonly #parts: RtcpParts;
  readonly #cname: string;
  readonly #writer = new CompoundWriter();
  /** When the last report was sent, or the session began; ms. */
  #last: number;
  #due: number;
  #initial = true;
  #averageSize = 128;
  #members = 1;
  /** Packets sent before the last report and the one before it: who sent none since then is no sender. */
  #sentBefore = [0, 0];
  /** Packets that were expected and that had arrived at the last report. */
  #expectedBefore = 0;
  #arrivedBefore = 0;
  /** Middle bits of the time of the other side's last sender report, when it came, and from whom. */
  #lastReport = 0;
  #lastReportCame = 0;
  #lastReportSsrc: number | undefined;
  #lost: number | undefined;
  #jitter: number | undefined;
  #roundTrip: number | undefined;
  #mos: number | undefined;

  /** `now` in ms. */
  constructor(parts: RtcpParts, now: number) {
    this.#parts = parts;
    this.#cname = makeCname(parts.random);
    this.#last = now;
    this.#due = now + this.#interval();
  }

  get figures(): RemoteFigures {
    return {
      lost: this.#lost,
      jitterMs: this.#jitter === undefined ? undefined : (this.#jitter * 1000) / this.#parts.clockRate,
      roundTripMs: this.#roundTrip,
      mos: this.#mos,
    };
  }

  /**
   * The report to send at `now`, where one is due; valid until the next call. `playout` asks for an extended report
   * with it. The interval is drawn anew when its time has come, and may turn out longer (section 6.3.6).
   */
  poll(now: number, playout: Playout | undefined): Uint8Array | undefined {
    if (now < this.#due) return undefined;
    const reconsidered = this.#last + this.#interval();
    if (reconsidered > now) {
      this.#due = reconsidered;
      return undefined;
    }
    this.#begin(now);
    if (playout !== undefined && this.#parts.receiver.ssrc !== undefined) this.#addMetrics(playout);
    this.#last = now;
    this.#initial = false;
    this.#due = now + this.#interval();
    const {bytes} = this.#writer;
    this.#measure(bytes);
    return bytes;
  }

  /** The last report, with BYE; undefined where the other side never heard of us (section 6.3.7). */
  goodbye(now: number): Uint8Array | undefined {
    if (this.#initial && this.#parts.sender.sent === 0) return undefined;
    this.#begin(now);
    const {ssrc} = this.#parts.sender;
    this.#writer.add(packetType.goodbye, 1, (body) => {
      body.setUint32(0, ssrc);
      return 4;
    });
    return this.#writer.bytes;
  }

  /** A datagram that is said to be RTCP, at `now`. Returns false when it is none. */
  receive(bytes: Uint8Array, now: number): boolean {
    const packets = splitCompound(bytes);
    if (typeof packets === 'string') return false;
    const {ssrc} = this.#parts.sender;
    this.#members = 2;
    for (const {type, count, body} of packets) {
      if (type === packetType.senderReport) {
        this.#receiveSenderReport(body, now);
        this.#receiveBlock(findReportBlock(body, true, count, ssrc), now);
      } else if (type === packetType.receiverReport) {
        this.#receiveBlock(findReportBlock(body, false, count, ssrc), now);
      } else if (type === packetType.extendedReport) {
        const metrics = findVoipMetrics(body, ssrc);
        this.#mos = metrics?.conversationScore ?? metrics?.listeningScore ?? this.#mos;
      } else if (type === packetType.goodbye && saysGoodbye(body, count, this.#lastReportSsrc ?? -1)) {
        this.#lastReportSsrc = undefined;
        this.#members = 1;
      }
    }
    this.#measure(bytes);
    return true;
  }

  #interval(): number {
    const chance = new DataView(Uint8Array.from(this.#parts.random(4)).buffer).getUint32(0) / 2 ** 32;
    const membership = {
      members: this.#members,
      bandwidth,
      averageSize: this.#averageSize,
      initial: this.#initial,
    };
    return reportInterval(membership, chance);
  }

  #measure(bytes: Uint8Array): void {
    this.#averageSize += (bytes.length + lowerHeaders - this.#averageSize) / 16;
  }

  /** Report and source description, which every compound begins with. */
  #begin(now: number): void {
    const {sender} = this.#parts;
    const [before = 0] = this.#sentBefore;
    const sends = sender.sent > before;
    this.#sentBefore = [this.#sentBefore[1]!, sender.sent];
    const wallTime = now + this.#parts.wallOffset;
    const info = sends
      ? {
          ntpSeconds: ntpSeconds(wallTime),
          ntpFraction: ntpFraction(wallTime),
          rtpTimestamp: sender.timestamp,
          packets: sender.sent >>> 0,
          octets: sender.octets >>> 0,
        }
      : undefined;
    const block = this.#block(now);
    const blocks = block ? [block] : [];
    this.#writer.clear();
    const type = sends ? packetType.senderReport : packetType.receiverReport;
    this.#writer.add(type, blocks.length, (body) => writeReport(body, sender.ssrc, info, blocks));
    this.#writer.add(packetType.sourceDescription, 1, (body) =>
      writeSourceDescription(body, sender.ssrc, this.#cname),
    );
  }

  /** What came since the last report (appendix A.3); undefined where nothing was to come. */
  #block(now: number): ReportBlock | undefined {
    const {reception, ssrc} = this.#parts.receiver;
    if (ssrc === undefined) return undefined;
    const expected = reception.expected - this.#expectedBefore;
    const lost = expected - (reception.arrived - this.#arrivedBefore);
    this.#expectedBefore = reception.expected;
    this.#arrivedBefore = reception.arrived;
    const known = this.#lastReportSsrc === ssrc;
    return {
      ssrc,
      fractionLost: expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((256 * lost) / expected)),
      cumulativeLost: reception.lostOfSender,
      highestSequence: reception.extendedHighest,
      jitter: reception.jitter,
      lastReport: known ? this.#lastReport : 0,
      delaySinceLastReport: known ? inCompactUnits(now - this.#lastReportCame) : 0,
    };
  }

  #addMetrics({delay, maximum}: Playout): void {
    const {receiver, sender} = this.#parts;
    const {lossRate, discardRate, ...spread} = receiver.reception.pattern.figures;
    const packetTime = receiver.packetTime;
    const lossPercent = (100 * Math.min(256, lossRate + discardRate)) / 256;
    const roundTripDelay = this.#roundTrip ?? 0;
    const oneWay = delay + packetTime + roundTripDelay / 2;
    const rating = transmissionRating(lossPercent, oneWay, spread.burstRatio);
    const metrics = {
      ssrc: receiver.ssrc ?? 0,
      lossRate,
      discardRate,
      burstDensity: spread.burstDensity,
      gapDensity: spread.gapDensity,
      burstDuration: spread.burstLength * packetTime,
      gapDuration: spread.gapLength * packetTime,
      roundTripDelay,
      endSystemDelay: delay + packetTime,
      gapMinimum,
      rating,
      listeningScore: meanOpinionScore(transmissionRating(lossPercent, 0, spread.burstRatio)),
      conversationScore: meanOpinionScore(rating),
      bufferNominal: delay,
      bufferMaximum: maximum,
      bufferAbsoluteMaximum: maximum,
    };
    this.#writer.add(packetType.extendedReport, 0, (body) => writeVoipMetrics(body, sender.ssrc, metrics));
  }

  #receiveSenderReport(body: DataView, now: number): void {
    const info = readSenderInfo(body);
    if (info === undefined) return;
    this.#lastReport = compactTime(info.ntpSeconds, info.ntpFraction);
    this.#lastReportCame = now;
    this.#lastReportSsrc = readSsrc(body);
  }

  #receiveBlock(block: ReportBlock | undefined, now: number): void {
    if (block === undefined) return;
    this.#lost = Math.max(0, block.cumulativeLost);
    this.#jitter = block.jitter;
    if (block.lastReport === 0) return;
    const wallTime = now + this.#parts.wallOffset;
    const arrival = compactTime(ntpSeconds(wallTime), ntpFraction(wallTime));
    // Wraps as the three numbers do; clocks of different pace may make it slightly negative.
    const roundTrip = (((arrival - block.lastReport - block.delaySinceLastReport) | 0) * 1000) / 65_536;
    if (Math.abs(roundTrip) < longestRoundTrip) this.#roundTrip = Math.max(0, roundTrip);
  }
}

function inCompactUnits(milliseconds: number): number {
  return Math.min(0xffff_ffff, Math.round((milliseconds * 65_536) / 1000)) >>> 0;
}
