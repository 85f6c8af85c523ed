import {isIP} from 'node:net';
import type {AudioStream} from '../../rtp/audio-stream.ts';
import {isGroup, notOneHost} from '../../sdp/session-description.ts';
import type {Destination} from '../transport/transport.ts';
import type {MediaPort} from './call.ts';

/** The media port of one call, from opening to closing, whichever comes first. */
export class CallMedia {
  #openMedia: (localAddress: string, destination: Destination) => Promise<MediaPort>;
  #resolve: (host: string) => Promise<string>;
  #port: MediaPort | undefined;
  #closed = false;
  /** Counts streams, so that a name that is resolved late does not undo a newer stream. */
  #updates = 0;

  constructor(functions: {
    openMedia(localAddress: string, destination: Destination): Promise<MediaPort>;
    resolve(host: string): Promise<string>;
  }) {
    this.#openMedia = functions.openMedia;
    this.#resolve = functions.resolve;
  }

  get port(): MediaPort | undefined {
    return this.#port;
  }

  /**
   * Opens the port, in place of one that was open before; undefined when the call has ended meanwhile. Rejects
   * as `openMedia` does.
   */
  async open(localAddress: string, destination: Destination): Promise<MediaPort | undefined> {
    const port = await this.#openMedia(localAddress, destination);
    if (this.#closed) {
      port.close();
      return undefined;
    }
    this.#port?.close();
    this.#port = port;
    return port;
  }

  /**
   * Tells the port of a new stream, then `done`: at once, or when the name of the far end is resolved where SDP gives
   * a name. A name that cannot be resolved changes nothing: `failed` is told why. Neither is called when the call has
   * ended or has a newer stream meanwhile.
   */
  update(stream: AudioStream, done: (stream: AudioStream) => void, failed: (reason: string) => void): void {
    const update = ++this.#updates;
    const isOld = () => this.#closed || update !== this.#updates;
    const apply = (settled: AudioStream) => {
      if (isOld()) return;
      this.#port?.update(settled);
      done(settled);
    };
    const {address, port} = stream.remote;
    if (isIP(address)) apply(stream);
    else
      this.#resolve(address).then(
        (found) => {
          if (!isGroup(found)) apply({...stream, remote: {address: found, port}});
          else if (!isOld()) failed(notOneHost(found));
        },
        (error: Error) => {
          if (!isOld()) failed(error.message);
        },
      );
  }

  close(): void {
    this.#closed = true;
    this.#port?.close();
    this.#port = undefined;
  }
}
