import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';

/** Where the package is installed. */
export const wrtcFolder = fileURLToPath(new URL('../../../build/neteq/', import.meta.url));

/** Sound of 10 ms. */
interface SoundOfWrtc {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  readonly bitsPerSample: 16;
  readonly channelCount: 1;
  readonly numberOfFrames: number;
}

interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** Of the report of a received stream (W3C webrtc-stats), what is used here; delays in s, sound in samples. */
export interface InboundReport {
  readonly type: string;
  readonly packetsDiscarded: number;
  readonly jitterBufferDelay: number;
  readonly jitterBufferEmittedCount: number;
  readonly totalSamplesReceived: number;
  readonly concealedSamples: number;
  readonly concealmentEvents: number;
  readonly insertedSamplesForDeceleration: number;
  readonly removedSamplesForAcceleration: number;
}

export interface PeerConnection {
  readonly connectionState: string;
  readonly iceGatheringState: string;
  readonly localDescription: Description;
  addTrack(track: unknown): void;
  createOffer(): Promise<Description>;
  createAnswer(): Promise<Description>;
  setLocalDescription(description: Description): Promise<void>;
  setRemoteDescription(description: Description): Promise<void>;
  getStats(): Promise<Map<string, InboundReport>>;
  close(): void;
}

export interface AudioSource {
  createTrack(): unknown;
  onData(sound: SoundOfWrtc): void;
}

/** The parts of the package `@roamhq/wrtc` that are used here. */
interface Wrtc {
  readonly RTCPeerConnection: new () => PeerConnection;
  readonly nonstandard: {readonly RTCAudioSource: new () => AudioSource};
}

/** Loads what `main.ts` has installed. */
export function loadWrtc(): Wrtc {
  return createRequire(wrtcFolder)('@roamhq/wrtc') as Wrtc;
}
