import type {RandomBytes} from '../base/random.ts';
import type {SocketAddress} from '../rtp/audio-stream.ts';
import {AutomaticGain} from './automatic-gain.ts';
import {CaptureSilence} from './capture-silence.ts';
import type {Country} from './country-tones.ts';
import {EchoChain} from './echo/echo-chain.ts';
import {frameSamples, frameTime, gainOf, mix, scale} from './frame.ts';
import {LevelMeter, silenceLevel} from './level-meter.ts';
import type {EchoSetting, Levels, MediaCommand, MediaReport, Volumes} from './media-messages.ts';
import {RecordedSound} from './recorded-sound.ts';
import type {OnDatagram, RtpSockets} from './rtp-socket.ts';
import {type OwnSounds, SignalPlayer} from './signal-player.ts';
import {SoundCheck} from './sound-check.ts';
import {type OpenSound, SoundPath} from './sound-path.ts';
import {SoundPlayer} from './sound-player.ts';
import {VoiceSession} from './voice-session.ts';

/** Frames between two reports of the levels: 10 a second. */
const framesPerReport = 100 / frameTime;
/** Frames after which a card that was started has as much waiting as it will have: 300 ms. */
const settledFrames = 15;
/** Sessions at one time; the signalling admits fewer. */
const maxSessions = 64;

const silence: Levels = {
  microphone: silenceLevel,
  captured: silenceLevel,
  speaker: silenceLevel,
  echo: null,
};

/** What the media thread works with. */
export interface MediaParts {
  readonly echo: EchoSetting;
  readonly tones: Country;
  readonly sounds: OwnSounds;
  readonly volumes: Volumes;
  readonly openSound: OpenSound;
  /** @throws Error in plain words when no port can be had. */
  bind(address: string, onRtp: OnDatagram, onRtcp: OnDatagram, stun?: SocketAddress): Promise<RtpSockets>;
  /** Monotonic time in ms. */
  now(): number;
  /** Time in ms since 1970, for reports to the other side. */
  wallTime(): number;
  readonly random: RandomBytes;
  report(report: MediaReport): void;
}

/**
 * All that happens to sound, step by step: who is connected with microphone and loudspeaker, what is mixed,
 * measured, sent and played. It has no clock and does no waiting: every 20 ms, while `active`, somebody calls
 * `captureFrame` and `sendFrame`, lets datagrams in, and calls `playFrame`.
 */
export class MediaThread {
  readonly #parts: MediaParts;
  readonly #sound: SoundPath;
  readonly #sessions = new Map<number, VoiceSession>();
  #attached: VoiceSession | undefined;
  readonly #signals: SignalPlayer;
  readonly #echo: EchoChain | undefined;
  readonly #gain = new AutomaticGain();
  readonly #announcement = new SoundPlayer();
  readonly #speechGain: number;
  readonly #soundGain: number;
  readonly #microphone = new Int16Array(frameSamples);
  /** What the microphone gave before echo and noise were taken away. */
  readonly #captured = new Int16Array(frameSamples);
  readonly #speaker = new Int16Array(frameSamples);
  readonly #signal = new Int16Array(frameSamples);
  readonly #microphoneMeter = new LevelMeter();
  readonly #capturedMeter = new LevelMeter();
  readonly #speakerMeter = new LevelMeter();
  #framesMeasured = 0;
  /** Datagrams that have come so far. */
  arrived = 0;
  /** When the present step was to be done, in ms. */
  #due = Number.POSITIVE_INFINITY;
  #running = false;
  #capturing = false;
  #soundTold = '';
  #captureSilence = new CaptureSilence();
  readonly #check = new SoundCheck();

  /** Opens the sound card. @throws HardwareError for what cannot come later. */
  constructor(parts: MediaParts) {
    this.#parts = parts;
    this.#signals = new SignalPlayer(parts.tones, parts.sounds);
    this.#speechGain = gainOf(parts.volumes.speech);
    this.#soundGain = gainOf(parts.volumes.sounds);
    this.#echo = parts.echo === 'off' ? undefined : new EchoChain(parts.echo === 'half-duplex');
    this.#sound = new SoundPath(parts.openSound);
    this.#tellSound();
  }

  /** Whether there is anything to do each 20 ms. */
  get active(): boolean {
    if (this.#signals.playing || this.#announcement.playing) return true;
    if (this.#check.listening || this.#check.playing) return true;
    for (const session of this.#sessions.values()) if (session.active) return true;
    return false;
  }

  /** Does what the control thread asks; what names a session that is gone does nothing. */
  command(command: MediaCommand): void {
    const now = this.#parts.now();
    switch (command.kind) {
      case 'open':
        void this.#open(command.session, command.address, command.stun);
        break;
      case 'update':
        this.#sessions.get(command.session)?.update(command.stream, now);
        break;
      case 'close-session':
        this.#closeSession(command.session);
        break;
      case 'attach':
        this.#attach(command.session === undefined ? undefined : this.#sessions.get(command.session));
        break;
      case 'play':
        if (command.sound === 'stop') this.#signals.stop();
        else this.#signals.start(command.sound);
        break;
      case 'say':
        // Nobody in a call is told.
        if (this.#attached === undefined) this.#announcement.start(new RecordedSound(command.samples));
        break;
      case 'digit':
        this.#sessions.get(command.session)?.sendDigit(command.digit);
        break;
      case 'statistics':
        this.#parts.report({
          kind: 'statistics',
          request: command.request,
          statistics: this.#sessions
            .get(command.session)
            ?.statistics({delayMs: this.#sound.playbackDelayMs(), xruns: this.#xruns()}),
        });
        break;
      case 'listen':
        if (this.#attached === undefined) this.#check.listen(command.milliseconds);
        break;
      case 'probe':
        this.#startProbe(command.request, command.samples);
        break;
      case 'answer':
        this.#parts.report({kind: 'answered', request: command.request});
        break;
      case 'close':
        this.#close();
        break;
    }
    this.#startOrStop();
  }

  /** Looks whether the sound card is there; to be called every few seconds, also without work. */
  lookAfterSound(): void {
    // What another microphone gave, or the silence in its place, tells nothing of this one.
    if (this.#sound.refresh()) this.#captureSilence = new CaptureSilence();
    this.#tellSound();
  }

  /** First part of a step that was to be done at `due` (ms): takes and encodes what the microphone heard. */
  captureFrame(due: number): void {
    this.#due = due;
    if (!this.#capturing) return;
    this.#sound.capture(this.#microphone);
    this.#captureSilence.add(this.#microphone);
    this.#captured.set(this.#microphone);
    if (this.#echo) this.#cancelEcho(this.#echo);
    this.#check.add(this.#captured, this.#microphone);
    this.#attached?.encodeFrame(this.#microphone);
  }

  /** Second part of a step: to the network, with nothing before it that takes time. */
  sendFrame(): void {
    for (const session of this.#sessions.values()) if (session.active) session.sendFrame();
  }

  /** Last part of a step, after the datagrams that have come: network and tones to loudspeaker. */
  playFrame(): void {
    const now = this.#parts.now();
    if (this.#attached === undefined) this.#speaker.fill(0);
    else this.#attached.playFrame(this.#speaker, this.#playingTime());
    scale(this.#speaker, this.#speechGain);
    this.#mix(this.#signals);
    this.#mix(this.#announcement);
    this.#check.mixInto(this.#speaker);
    this.#sound.play(this.#speaker);
    this.#measure();
    for (const session of this.#sessions.values()) session.watch(now);
    this.#startOrStop();
  }

  /**
   * Now (ms), for what waits to be played. Where this thread itself is late, no packet is: it is read late, and played as late.
   */
  #playingTime(): number {
    return Math.min(this.#parts.now(), this.#due + frameTime);
  }

  /** So many steps were missed because the thread did not run: their time is gone. */
  skipFrames(count: number): void {
    for (const session of this.#sessions.values()) session.skipFrames(count);
  }

  async #open(id: number, address: string, stun: SocketAddress | undefined): Promise<void> {
    const {bind, report, random, now, wallTime} = this.#parts;
    try {
      if (this.#sessions.size >= maxSessions) throw new Error('too many sessions are open');
      let session: VoiceSession | undefined;
      const sockets = await bind(
        address,
        (bytes, from, port) => {
          this.arrived++;
          session?.receive(bytes, from, port, now());
        },
        (bytes, from, port) => {
          this.arrived++;
          session?.receiveControl(bytes, from, port, now());
        },
        stun,
      );
      session = new VoiceSession(sockets, random, wallTime() - now(), () => this.#playingTime(), {
        onDigit: (digit, way) => report({kind: 'digit', session: id, digit, way}),
        onSilence: (seconds) => report({kind: 'silence', session: id, seconds}),
      });
      this.#sessions.set(id, session);
      const {mapped, mappedRtcp} = sockets;
      report({kind: 'opened', session: id, port: sockets.rtp.port, mapped, mappedRtcp});
    } catch (error) {
      report({
        kind: 'open-failed',
        session: id,
        text: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #startProbe(request: number, samples: Int16Array): void {
    const {report} = this.#parts;
    if (this.#attached === undefined) {
      this.#check.start(samples, (probe) => report({kind: 'probed', request, probe}));
    } else report({kind: 'probed', request, probe: undefined});
  }

  #xruns(): number {
    const {microphone, speaker} = this.#sound.state;
    return microphone.xruns + speaker.xruns;
  }

  /** Where anything of it has changed. */
  #tellSound(): void {
    const {microphone, speaker} = this.#sound.state;
    // In a recording silence is what was recorded.
    const live = microphone.device.startsWith('alsa:') && microphone.fault === null;
    const state = {microphone, speaker, microphoneSilent: live && this.#captureSilence.silent};
    const text = JSON.stringify(state);
    if (text === this.#soundTold) return;
    this.#soundTold = text;
    this.#parts.report({kind: 'sound', state});
  }

  #closeSession(id: number): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    if (session === this.#attached) this.#attached = undefined;
    session.close(this.#parts.now());
  }

  #attach(session: VoiceSession | undefined): void {
    const now = this.#parts.now();
    if (session !== this.#attached) this.#attached?.attach(false, now, this.#xruns());
    this.#attached = session;
    session?.attach(true, now, this.#xruns());
    if (session === undefined) return;
    this.#signals.stopCallSound();
    this.#announcement.stop();
    this.#check.stop();
  }

  #close(): void {
    for (const id of [...this.#sessions.keys()]) this.#closeSession(id);
    this.#signals.stop();
    this.#announcement.stop();
    this.#check.stop();
    this.#startOrStop();
    this.#sound.close();
  }

  /** The microphone is live only while somebody is connected with it. */
  #startOrStop(): void {
    const active = this.active;
    // What has come back since the last look is heard from the first sample on.
    if (active && !this.#running) this.lookAfterSound();
    if (!active && this.#running) {
      this.#sound.finish();
      this.#parts.report({kind: 'meters', levels: silence});
    }
    this.#running = active;
    if (!active) this.#due = Number.POSITIVE_INFINITY;

    const capturing = this.#check.listening || (this.#attached?.active ?? false);
    if (capturing && !this.#capturing) {
      this.#sound.startCapture();
      this.#captureSilence.restart();
    }
    if (!capturing && this.#capturing) {
      this.#microphone.fill(0);
      this.#captured.fill(0);
    }
    this.#capturing = capturing;
  }

  /** What was played in the step before may echo in what is captured in this one. */
  #cancelEcho(echo: EchoChain): void {
    const leftOut = this.#sound.takeLeftOut();
    if (this.#sound.framesCaptured === settledFrames) echo.expect(this.#sound.echoDelay());
    else if (leftOut > 0) echo.bringForward(leftOut);
    echo.process(this.#speaker, this.#microphone, this.#microphone);
    this.#gain.process(this.#microphone, echo.near);
  }

  #mix(player: SignalPlayer | SoundPlayer): void {
    if (!player.playing) return;
    player.pull(this.#signal);
    scale(this.#signal, this.#soundGain);
    mix(this.#speaker, this.#signal);
  }

  #measure(): void {
    this.#microphoneMeter.add(this.#microphone);
    this.#capturedMeter.add(this.#captured);
    this.#speakerMeter.add(this.#speaker);
    if (++this.#framesMeasured < framesPerReport) return;
    this.#framesMeasured = 0;
    this.#parts.report({
      kind: 'meters',
      levels: {
        microphone: this.#microphoneMeter.take(),
        captured: this.#capturedMeter.take(),
        speaker: this.#speakerMeter.take(),
        echo: this.#echo?.figures ?? null,
      },
    });
  }
}
