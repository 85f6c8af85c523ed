import {setTimeout as sleep} from 'node:timers/promises';
import {meanOpinionScore, transmissionRating} from '../../../firmware/rtp/e-model.ts';
import type {PacketTrace} from '../packet-trace.ts';
import type {TraceScore} from '../play-trace.ts';
import {makeSound} from '../trace-sound.ts';
import {Relay} from './relay.ts';
import {type AudioSource, type InboundReport, loadWrtc, type PeerConnection} from './wrtc.ts';

const {RTCPeerConnection, nonstandard} = loadWrtc();
/** Packets wait in the relay for so long at least, so that none is missing when it should leave; ms. */
const lead = 40;
/** What is heard before is not rated: WebRTC makes up sound before the first packet, too; ms. */
const warmUp = 1000;
const packetTime = 20;
const rate = 8000;
const half = (packetTime / 2) * (rate / 1000);
/** As where a trace is played with the firmware; ms. */
const delayElsewhere = 60;

/** A call from one end of WebRTC to another, through a relay that does to the packets what a trace says. */
export class Call {
  readonly trace: PacketTrace;
  readonly #caller: PeerConnection;
  readonly #called: PeerConnection;
  readonly #source: AudioSource;
  readonly #relay: Relay;
  readonly #sounds: ReadonlyMap<number, Int16Array>;
  /** When each packet is sent and first comes, in ms from the start: of duplicates SRTP drops the second. */
  readonly #packets: {readonly sent: number; readonly arrived: number | undefined}[] = [];
  #start = 0;
  #sent = 0;
  #first: Promise<InboundReport> | undefined;

  private constructor(
    trace: PacketTrace,
    caller: PeerConnection,
    called: PeerConnection,
    source: AudioSource,
    relay: Relay,
  ) {
    this.trace = trace;
    this.#caller = caller;
    this.#called = called;
    this.#source = source;
    this.#relay = relay;
    this.#sounds = makeSound(trace.packets);
    const never = Number.POSITIVE_INFINITY;
    for (const packet of trace.packets) {
      const before = this.#packets[packet.sequence];
      if (before !== undefined && (before.arrived ?? never) <= (packet.arrived ?? never)) continue;
      this.#packets[packet.sequence] = packet;
    }
  }

  /** Sets up a call, whose packets are yet to be sent. */
  static async open(trace: PacketTrace): Promise<Call> {
    const [caller, called] = [new RTCPeerConnection(), new RTCPeerConnection()];
    const source = new nonstandard.RTCAudioSource();
    const relay = await Relay.open();
    caller.addTrack(source.createTrack());
    await caller.setLocalDescription(await caller.createOffer());
    const offer = await gathered(caller);
    await called.setRemoteDescription({type: 'offer', sdp: rewritten(offer, relay.candidates.caller)});
    await called.setLocalDescription(await called.createAnswer());
    const answer = await gathered(called);
    relay.connect(Number(/ udp \d+ 127\.0\.0\.1 (\d+) /.exec(answer)![1]));
    await caller.setRemoteDescription({type: 'answer', sdp: rewritten(answer, relay.candidates.called)});
    while (caller.connectionState !== 'connected' || called.connectionState !== 'connected') await sleep(10);
    return new Call(trace, caller, called, source, relay);
  }

  /** How long the trace lasts, in ms. */
  get #duration(): number {
    return this.#packets.at(-1)!.sent;
  }

  /** Packets are sent from `start` (ms) on. */
  begin(start: number): void {
    this.#start = start;
    this.#relay.begin(
      this.#packets.map(({arrived}) => (arrived === undefined ? undefined : start + lead + arrived)),
    );
  }

  /** Does what is to be done by `now` (ms). Returns whether more is to come. */
  proceed(now: number): boolean {
    const time = now - this.#start;
    for (; this.#sent < this.#packets.length && this.#packets[this.#sent]!.sent <= time; this.#sent++) {
      const sound = this.#sounds.get(this.#sent)!;
      for (const samples of [sound.slice(0, half), sound.slice(half)]) {
        this.#source.onData({
          samples,
          sampleRate: rate,
          bitsPerSample: 16,
          channelCount: 1,
          numberOfFrames: half,
        });
      }
    }
    this.#relay.release(now);
    if (time >= lead + warmUp) this.#first ??= inbound(this.#called);
    return time < lead + this.#duration;
  }

  /** Ends the call. Returns what its listener got. */
  async end(): Promise<TraceScore> {
    const [first, last] = [await this.#first!, await inbound(this.#called)];
    this.#caller.close();
    this.#called.close();
    this.#relay.close();
    return this.#score(first, last);
  }

  /**
   * As a trace is rated that the firmware plays: what is made up is lost, or what is never heard where that is more. NetEq fills
   * some of what is lost by stretching, and begins to make up sound where nothing is lost, too: so how long losses are follows
   * from the trace where what is never heard counts, else from how often NetEq began.
   */
  #score(first: InboundReport, last: InboundReport): TraceScore {
    const during = (name: Exclude<keyof InboundReport, 'type'>) => last[name] - first[name];
    const packets = this.#packets.filter(({sent}) => sent >= warmUp);
    const transits = packets.flatMap(({sent, arrived}) => (arrived === undefined ? [] : [arrived - sent]));
    const lost = packets.length - transits.length;
    const unheard = (lost + during('packetsDiscarded')) / packets.length;
    const heard = during('totalSamplesReceived');
    const concealed = during('concealedSamples');
    const madeUp = concealed / heard;
    const loss = Math.max(madeUp, unheard);
    const lossesOnTheWay = packets.filter(
      ({arrived}, index) => arrived === undefined && packets[index - 1]?.arrived !== undefined,
    ).length;
    const burst =
      unheard > madeUp
        ? lost / Math.max(1, lossesOnTheWay)
        : concealed / (2 * half) / Math.max(1, during('concealmentEvents'));
    const network = transits.reduce((sum, transit) => sum + transit, 0) / transits.length;
    const delayMs = network + (1000 * during('jitterBufferDelay')) / during('jitterBufferEmittedCount');
    const stretched = during('insertedSamplesForDeceleration') + during('removedSamplesForAcceleration');
    const rating = transmissionRating(100 * loss, delayMs + delayElsewhere, Math.max(1, burst * (1 - loss)));
    return {
      mos: meanOpinionScore(rating),
      lossPercent: 100 * loss,
      delayMs,
      stretchedMs: (60_000 * stretched) / heard,
    };
  }
}

/** The local description, once it has all candidates. */
async function gathered(connection: PeerConnection): Promise<string> {
  while (connection.iceGatheringState !== 'complete') await sleep(10);
  return connection.localDescription.sdp;
}

/** A description with PCMU alone and one candidate alone, and without what has WebRTC probe how much the network carries. */
function rewritten(sdp: string, candidate: string): string {
  const kept = sdp
    .split('\r\n')
    .filter((line) => !/^a=(candidate|end-of-candidates|extmap|rtcp-fb|fmtp)|^a=rtpmap:(?!0 )/.test(line))
    .map((line) => line.replace(/^(m=audio \d+ \S+) .*/, '$1 0'));
  return `${kept.join('\r\n')}${candidate}\r\n`;
}

async function inbound(connection: PeerConnection): Promise<InboundReport> {
  return [...(await connection.getStats()).values()].find(({type}) => type === 'inbound-rtp')!;
}
