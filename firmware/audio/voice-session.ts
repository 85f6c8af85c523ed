import type {RandomBytes} from '../base/random.ts';
import type {AudioStream, CodecName} from '../rtp/audio-stream.ts';
import type {RtpHeader} from '../rtp/packet.ts';
import {RtpReceiver} from '../rtp/receiver.ts';
import {isRtcp} from '../rtp/rtcp/compound.ts';
import type {Playout} from '../rtp/rtcp/rtcp-session.ts';
import {RtpSender} from '../rtp/sender.ts';
import {SrtpSession} from '../rtp/srtp/srtp-session.ts';
import {frameSamples, narrowRate, narrowSamples} from './frame.ts';
import type {KeyWay, SessionStatistics} from './media-messages.ts';
import {OutgoingSound} from './outgoing-sound.ts';
import {maxDelayMs} from './playout/playout-buffer.ts';
import {ReceivedSound} from './received-sound.ts';
import {ReportChannel} from './report-channel.ts';
import type {RtpSocket, RtpSockets} from './rtp-socket.ts';
import {ToneListener} from './tone-listener.ts';

/** Seconds without a packet at which the session says so. */
const silenceTold = [4, 10];
/** A frame of silence. */
const silence = new Int16Array(frameSamples);
/** Packets from the negotiated address after which the socket is tied to it: one second. */
const settledPackets = 50;

/** What a session tells of itself. */
export interface VoiceListener {
  onDigit(digit: string, way: KeyWay): void;
  /** Nothing has come for so many seconds although the other side should be sending. */
  onSilence(seconds: number): void;
}

/** One RTP session as the media thread sees it: encoded packets on one side, frames of sound on the other. */
export class VoiceSession {
  readonly #socket: RtpSocket;
  readonly #listener: VoiceListener;
  readonly #playingTime: () => number;
  readonly #receiver: RtpReceiver;
  readonly #sender: RtpSender;
  readonly #reports: ReportChannel;
  readonly #controlSocket: RtpSocket;
  readonly #received: ReceivedSound;
  readonly #outgoing = new OutgoingSound();
  readonly #playout: Playout;
  /** Whether nothing was encoded for the next frame. */
  #silent = true;
  #stream: AudioStream | undefined;
  /** Only where keys cannot come as telephone-event. */
  #tones: ToneListener | undefined;
  /** Kept while a stream is not encrypted, for its counters go on should it be again with the same key. */
  #srtp: SrtpSession | undefined;
  #attached = false;
  /** While it was attached until now, and those of the sound card before it was. */
  #xruns = 0;
  #xrunsBefore = 0;
  /** Since when silence is counted, in ms. */
  #listeningSince = 0;
  #silencesTold = 0;

  /**
   * `wallOffset` is wall-clock time less the time that methods are given, in ms; `playingTime` tells the time by which packets
   * come for those that wait to be played.
   */
  constructor(
    sockets: RtpSockets,
    random: RandomBytes,
    wallOffset: number,
    playingTime: () => number,
    listener: VoiceListener,
  ) {
    this.#socket = sockets.rtp;
    this.#controlSocket = sockets.rtcp;
    this.#listener = listener;
    const received = new ReceivedSound((sequenceNumber) => {
      this.#receiver.reception.pattern.discard(sequenceNumber);
    });
    this.#received = received;
    this.#playout = {
      get delay() {
        return received.delayMs;
      },
      maximum: maxDelayMs,
    };
    this.#playingTime = playingTime;
    this.#receiver = new RtpReceiver(narrowRate, {
      onSound: (bytes, header, codec) => this.#hear(bytes, header, codec),
      onNoise: (bytes, header) => {
        if (this.#hears) this.#received.putNoise(bytes, header, this.#playingTime());
      },
      onSenderChanged: () => this.#received.restart(),
      onDigit: (digit) => listener.onDigit(digit, 'rtp'),
    });
    this.#sender = new RtpSender(narrowRate, random, (packet) => this.#send(packet));
    const [sender, receiver] = [this.#sender, this.#receiver];
    this.#reports = new ReportChannel({sockets, sender, receiver, random, wallOffset});
  }

  /** Whether a stream is negotiated, so that packets go out or come in. */
  get active(): boolean {
    return this.#stream !== undefined;
  }

  get #sends(): boolean {
    return this.#stream?.direction === 'sendrecv' || this.#stream?.direction === 'sendonly';
  }

  get #expects(): boolean {
    return this.#stream?.direction === 'sendrecv' || this.#stream?.direction === 'recvonly';
  }

  get #security(): SrtpSession | undefined {
    return this.#stream?.security && this.#srtp;
  }

  get #hears(): boolean {
    return this.#attached && this.#expects;
  }

  /** Whether sound has to come. Who holds the call may send music, and many a phone sends nothing. */
  get #talks(): boolean {
    return this.#stream?.direction === 'sendrecv';
  }

  /** Takes over what was negotiated; `now` in ms. */
  update(stream: AudioStream, now: number): void {
    const talked = this.#talks;
    this.#stream = stream;
    this.#setFree();
    this.#sender.update(stream);
    this.#outgoing.codec = stream.codec;
    this.#receiver.update(stream, now);
    if (stream.security !== undefined) {
      if (this.#srtp === undefined) this.#srtp = new SrtpSession(stream.security);
      else this.#srtp.update(stream.security);
    }
    this.#reports.update(stream, this.#security, now);
    if (stream.telephoneEvent !== undefined) this.#tones = undefined;
    else this.#tones ??= new ToneListener((key) => this.#listener.onDigit(key, 'tone'));
    if (this.#talks && !talked) this.#listenFrom(now);
  }

  /**
   * Connects the session with microphone and loudspeaker, or takes it off them; `xruns` of theirs since the start. When a call
   * with early media is answered, it is connected once more.
   */
  attach(attached: boolean, now: number, xruns: number): void {
    // Until the answer nobody listens to what is told of silence.
    if (attached) this.#listenFrom(now);
    if (attached === this.#attached) return;
    this.#attached = attached;
    if (attached) this.#xrunsBefore = xruns;
    else this.#xruns += xruns - this.#xrunsBefore;
    this.#received.restart();
  }

  /** One datagram that came to the port of RTP. */
  receive(bytes: Uint8Array, address: string, port: number, now: number): void {
    if (this.#reports.multiplexed && isRtcp(bytes)) this.#reports.receive(bytes, address, port, now);
    else this.#receivePacket(bytes, address, port, now);
  }

  /** One datagram that came to the port of RTCP. */
  receiveControl(bytes: Uint8Array, address: string, port: number, now: number): void {
    if (!this.#reports.multiplexed) this.#reports.receive(bytes, address, port, now);
  }

  /** Takes a frame of sound to send next; where none is taken silence goes out. */
  encodeFrame(frame: Int16Array): void {
    this.#outgoing.encode(frame);
    this.#silent = false;
    this.#tones?.say(this.#outgoing.narrow(frame));
  }

  /** Sends one frame. */
  sendFrame(): void {
    if (this.#sends) {
      if (this.#silent) this.#outgoing.encode(silence);
      this.#sender.sendFrame(this.#outgoing.encoded);
    } else this.#sender.pass(narrowSamples);
    this.#silent = true;
  }

  /** So many frames were not sent in time and are left out. */
  skipFrames(count: number): void {
    this.#sender.pass(count * narrowSamples);
  }

  /** Fills `frame` with what the other side said and is to be heard at `now` (ms), of the time for playing. */
  playFrame(frame: Int16Array, now: number): void {
    if (this.#hears) this.#received.pull(frame, now);
    else frame.fill(0);
  }

  /** Looks after the session once a frame: tells of silence, ties the socket to a settled source, sends reports. */
  watch(now: number): void {
    // Who describes the noise of a pause need not send any more while it lasts; reports tell that he is still there.
    const reported = this.#receiver.pausing ? this.#reports.heard : 0;
    const heard = Math.max(this.#receiver.heard ?? 0, this.#listeningSince, reported);
    const quiet = this.#attached && this.#talks ? (now - heard) / 1000 : 0;
    if (quiet < silenceTold[0]!) this.#silencesTold = 0;
    const due = silenceTold[this.#silencesTold];
    if (due !== undefined && quiet >= due) {
      this.#silencesTold++;
      // The other side may be coming from somewhere else by now.
      this.#setFree();
      this.#listener.onSilence(due);
    }
    if (!this.#socket.connected && this.#receiver.fromNegotiated >= settledPackets) {
      this.#socket.connect(this.#receiver.remote!.current);
    }
    this.#reports.poll(now, this.#playout);
  }

  /** Queues a key; false when it cannot be sent. */
  sendDigit(digit: string): boolean {
    return this.#sender.sendDigit(digit);
  }

  /** `card`: what waits in the sound card, and its overruns and underruns since the start. */
  statistics(card: {delayMs: number; xruns: number}): SessionStatistics {
    const {received, lost, jitterMs} = this.#receiver.reception;
    const remote = this.#reports.figures;
    return {
      sent: this.#sender.sent,
      received,
      lost,
      late: this.#received.late,
      dropped: {...this.#receiver.dropped, report: this.#reports.dropped},
      jitterMs,
      burstRatio: this.#receiver.reception.pattern.figures.burstRatio,
      delayMs: this.#attached ? this.#received.delayMs + card.delayMs : 0,
      xruns: this.#xruns + (this.#attached ? card.xruns - this.#xrunsBefore : 0),
      remoteLost: remote.lost ?? null,
      remoteJitterMs: remote.jitterMs ?? null,
      roundTripMs: remote.roundTripMs ?? null,
      remoteMos: remote.mos ?? null,
    };
  }

  /** Says goodbye to the other side's RTCP and frees the ports. */
  close(now: number): void {
    this.#reports.close(now);
    this.#stream = undefined;
    this.#socket.close();
    this.#controlSocket.close();
  }

  /** What is not genuine is not looked at: neither heard, nor believed to come from the other side. */
  #receivePacket(bytes: Uint8Array, address: string, port: number, now: number): void {
    const packet = this.#security ? this.#security.unprotect(bytes) : bytes;
    if (packet === undefined) this.#receiver.dropForged();
    else this.#receiver.receive(packet, address, port, now);
  }

  #hear(bytes: Uint8Array, header: RtpHeader, codec: CodecName): void {
    if (this.#hears) this.#received.put(bytes, header, codec, this.#tones, this.#playingTime());
  }

  #listenFrom(now: number): void {
    this.#listeningSince = now;
    this.#silencesTold = 0;
  }

  #setFree(): void {
    this.#socket.disconnect();
    this.#receiver.fromNegotiated = 0;
  }

  #send(packet: Uint8Array): void {
    const remote = this.#receiver.remote?.current;
    // An address of zeros is how RFC 2543 put a call on hold: there is nobody to send to.
    if (remote === undefined || remote.address === '0.0.0.0' || remote.address === '::') return;
    this.#socket.send(this.#security?.protect(packet) ?? packet, remote);
  }
}
