import {MessageChannel, type MessagePort, receiveMessageOnPort, Worker} from 'node:worker_threads';
import type {SocketAddress} from '../rtp/audio-stream.ts';
import type {
  Levels,
  MediaCommand,
  MediaReport,
  MediaSettings,
  SessionStatistics,
  SoundCondition,
} from './media-messages.ts';
import {MediaSession, type SessionOwner} from './media-session.ts';
import type {MediaWorkerData} from './media-worker.ts';
import type {Probe} from './sound-check.ts';
import type {SoundName} from './sound-names.ts';
import {speakAddress} from './spoken-address.ts';

/** What the worker may use, in MB: it makes almost no garbage, and the control thread is to notice should it ever. */
const resourceLimits = {maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2};
/** How long the thread may take to close, in ms. */
const closeTime = 500;

interface Pending<Value> {
  resolve(value: Value): void;
  reject(error: Error): void;
}

/**
 * The control thread's side of the media thread: opens sessions, says who is connected with microphone and
 * loudspeaker, plays tones. The thread is woken from its sleep with each command, so that answers take well under
 * 2 ms also in a call.
 */
export class MediaEngine implements SessionOwner {
  /** Loudness of both directions in dBFS, ten times a second while something is going on. */
  onMeters: ((levels: Levels) => void) | undefined;
  /** Something of the sound failed, in plain words; calls go on without it. */
  onFault: ((text: string) => void) | undefined;
  /** How the sound card is; undefined before it was told. */
  sound: SoundCondition | undefined;
  /** The sound card has changed. */
  onSound: ((condition: SoundCondition) => void) | undefined;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #commandCount: Int32Array;
  readonly #sessions = new Map<number, MediaSession>();
  readonly #opening = new Map<number, Pending<MediaSession>>();
  readonly #answering = new Map<number, Pending<void>>();
  readonly #probing = new Map<number, Pending<Probe | undefined>>();
  readonly #asking = new Map<number, Pending<SessionStatistics | undefined>>();
  #starting: Pending<void> | undefined;
  #lastNumber = 0;
  #ended = false;

  /**
   * Starts the media thread with `worker` as its program.
   * Rejects with plain words when it cannot work, for example for want of a file. A sound card may come later.
   */
  static async start(settings: MediaSettings & {readonly worker: URL}): Promise<MediaEngine> {
    const engine = new MediaEngine(settings);
    await new Promise<void>((resolve, reject) => {
      engine.#starting = {resolve, reject};
    });
    return engine;
  }

  private constructor({
    worker,
    microphone,
    speaker,
    echo,
    tones,
    sounds,
    volumes,
    timing,
    ports,
  }: MediaSettings & {readonly worker: URL}) {
    const {port1, port2} = new MessageChannel();
    this.#port = port1;
    this.#commandCount = new Int32Array(new SharedArrayBuffer(4));
    const workerData: MediaWorkerData = {
      microphone,
      speaker,
      echo,
      tones,
      sounds,
      volumes,
      timing,
      ports,
      port: port2,
      commandCount: this.#commandCount,
    };
    this.#worker = new Worker(worker, {
      workerData,
      transferList: [port2],
      resourceLimits,
      name: 'media',
      // Options of the test runner or a debugger are not for this thread.
      execArgv: [],
    });
    this.#port.on('message', (report: MediaReport) => this.#report(report));
    this.#worker.on('error', (error) => this.#end(error.message));
    this.#worker.on('exit', () => this.#end('it ended'));
  }

  /**
   * Binds an RTP port on a local address. Rejects with plain words when none is free. With a STUN server it also finds
   * out how the port is seen from outside, which takes 300 ms at most.
   */
  open(localAddress: string, stun?: SocketAddress): Promise<MediaSession> {
    const session = ++this.#lastNumber;
    return this.#ask(this.#opening, session, {kind: 'open', session, address: localAddress, stun});
  }

  /** Connects a session, and no other, with microphone and loudspeaker; undefined: none. Ends the tones that tell how a call stands. */
  attach(session: MediaSession | undefined): void {
    this.command({kind: 'attach', session: session?.id});
  }

  /** Plays a sound on the loudspeaker in place of one that is playing; ringback goes on until `stop` or `attach`. */
  play(sound: SoundName | 'stop'): void {
    this.command({kind: 'play', sound});
  }

  /** Says an IPv4 address aloud on the loudspeaker, unless somebody is connected with it. */
  announce(address: string): void {
    this.command({kind: 'say', samples: speakAddress(address)});
  }

  /** Keeps the microphone live for so long, for its levels; not in a call. */
  listen(milliseconds: number): void {
    this.command({kind: 'listen', milliseconds});
  }

  /**
   * Plays a sound on the loudspeaker and records what the microphone hears for as long. Undefined in a call, or where one comes
   * before the end.
   */
  probe(samples: Int16Array): Promise<Probe | undefined> {
    const request = ++this.#lastNumber;
    return this.#ask(this.#probing, request, {kind: 'probe', request, samples});
  }

  /** Resolves as soon as the thread has answered; rejects when it has ended. */
  answers(): Promise<void> {
    const request = ++this.#lastNumber;
    return this.#ask(this.#answering, request, {kind: 'answer', request});
  }

  /** Frees sound card and ports and ends the thread, within half a second. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.command({kind: 'close'});
    const tooLate = setTimeout(() => void this.#worker.terminate(), closeTime);
    this.#ended = true;
    await ended;
    clearTimeout(tooLate);
    this.#port.close();
  }

  /** For sessions: hands a command over and wakes the thread. */
  command(command: MediaCommand): void {
    if (this.#ended) return;
    this.#port.postMessage(command);
    Atomics.add(this.#commandCount, 0, 1);
    Atomics.notify(this.#commandCount, 0);
  }

  /** For sessions: their figures, undefined when they are gone. */
  statistics(session: number): Promise<SessionStatistics | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    const request = ++this.#lastNumber;
    return this.#ask(this.#asking, request, {kind: 'statistics', session, request});
  }

  /** For sessions: nothing more is to be told to a session that closed. */
  forget(session: number): void {
    this.#sessions.delete(session);
  }

  #ask<Value>(pending: Map<number, Pending<Value>>, number: number, command: MediaCommand): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new Error('the media thread has ended'));
        return;
      }
      pending.set(number, {resolve, reject});
      this.command(command);
    });
  }

  #report(report: MediaReport): void {
    switch (report.kind) {
      case 'ready':
        this.#starting?.resolve();
        this.#starting = undefined;
        break;
      case 'failed':
        this.#starting?.reject(new Error(report.text));
        this.#starting = undefined;
        break;
      case 'opened': {
        const session = new MediaSession(this, report.session, report);
        this.#sessions.set(report.session, session);
        take(this.#opening, report.session)?.resolve(session);
        break;
      }
      case 'open-failed':
        take(this.#opening, report.session)?.reject(new Error(report.text));
        break;
      case 'digit':
        this.#sessions.get(report.session)?.onDigit?.(report.digit, report.way);
        break;
      case 'silence':
        this.#sessions.get(report.session)?.onSilence?.(report.seconds);
        break;
      case 'statistics':
        take(this.#asking, report.request)?.resolve(report.statistics);
        break;
      case 'probed':
        take(this.#probing, report.request)?.resolve(report.probe);
        break;
      case 'answered':
        take(this.#answering, report.request)?.resolve();
        break;
      case 'meters':
        this.onMeters?.(report.levels);
        break;
      case 'fault':
        this.onFault?.(report.text);
        break;
      case 'sound':
        this.sound = report.state;
        this.onSound?.(report.state);
        break;
    }
  }

  /** The thread is gone, asked to or not: nobody waits for it any more. */
  #end(why: string): void {
    // What it said last may not have been handled yet, such as why it ended.
    for (let last = receiveMessageOnPort(this.#port); last; last = receiveMessageOnPort(this.#port)) {
      this.#report(last.message);
    }
    const asked = this.#ended;
    this.#ended = true;
    const error = new Error(asked ? 'the media thread was closed' : `the media thread failed: ${why}`);
    this.#port.close();
    this.#starting?.reject(error);
    this.#starting = undefined;
    for (const pending of this.#opening.values()) pending.reject(error);
    for (const pending of this.#answering.values()) pending.reject(error);
    for (const pending of this.#probing.values()) pending.resolve(undefined);
    for (const pending of this.#asking.values()) pending.resolve(undefined);
    this.#opening.clear();
    this.#answering.clear();
    this.#probing.clear();
    this.#asking.clear();
    if (!asked) this.onFault?.(error.message);
  }
}

/** Removes an entry and returns it. */
function take<Value>(map: Map<number, Value>, key: number): Value | undefined {
  const value = map.get(key);
  map.delete(key);
  return value;
}
