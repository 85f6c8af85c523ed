import type {AudioStream, SocketAddress} from '../rtp/audio-stream.ts';
import type {KeyWay, MediaCommand, SessionStatistics} from './media-messages.ts';

/** What a session asks of the engine that it belongs to. */
export interface SessionOwner {
  command(command: MediaCommand): void;
  statistics(session: number): Promise<SessionStatistics | undefined>;
  forget(session: number): void;
}

/** The control thread's side of one RTP session: a call's sound. */
export class MediaSession {
  /** The even UDP port that RTP is received on and sent from. */
  readonly port: number;
  /** How that port is seen from outside, where there is a NAT and a STUN server told. */
  readonly mapped: SocketAddress | undefined;
  /** The same of the port for reports. */
  readonly mappedRtcp: SocketAddress | undefined;
  /** A key that the other side pressed; each key once. Tones are listened for where telephone-event was not agreed on. */
  onDigit: ((digit: string, way: KeyWay) => void) | undefined;
  /**
   * Nothing has come for so many seconds, 4 and then 10, although the session is attached and the other side should
   * be sending.
   */
  onSilence: ((seconds: number) => void) | undefined;
  /** By what the media thread knows it. */
  readonly id: number;
  readonly #owner: SessionOwner;
  #closed = false;
  /** Asked for at the end, so that the figures of the whole session can still be read. */
  #final: Promise<SessionStatistics | undefined> | undefined;

  constructor(
    owner: SessionOwner,
    id: number,
    {port, mapped, mappedRtcp}: Pick<MediaSession, 'port' | 'mapped' | 'mappedRtcp'>,
  ) {
    this.#owner = owner;
    this.id = id;
    this.port = port;
    this.mapped = mapped;
    this.mappedRtcp = mappedRtcp;
  }

  /** Takes over what offer and answer settled; sending begins with the first. */
  update(stream: AudioStream): void {
    if (!this.#closed) this.#owner.command({kind: 'update', session: this.id, stream});
  }

  /** Sends a key as telephone-event; does nothing where that was not negotiated. */
  sendDigit(digit: string): void {
    if (!this.#closed) this.#owner.command({kind: 'digit', session: this.id, digit});
  }

  /** The figures so far; once closed, those of the whole session. Undefined where the media thread ended before it told. */
  statistics(): Promise<SessionStatistics | undefined> {
    return this.#final ?? this.#owner.statistics(this.id);
  }

  /** Frees the port. Harmless when done twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#final = this.#owner.statistics(this.id);
    this.#owner.command({kind: 'close-session', session: this.id});
    this.#owner.forget(this.id);
  }
}
