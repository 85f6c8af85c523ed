import type {StreamSecurity, SuiteName} from './crypto-suite.ts';
import {SrtcpReceiver, SrtcpSender} from './srtcp.ts';
import {SrtpReceiver, SrtpSender} from './srtp.ts';

/** What one key protects or opens. */
interface Keyed<Rtp, Rtcp> {
  readonly suite: SuiteName;
  readonly key: Uint8Array;
  readonly rtp: Rtp;
  readonly rtcp: Rtcp;
}

/**
 * SRTP and SRTCP of one call, both directions. A key that a later offer or answer repeats goes on as it was: with the
 * counters at zero again its key stream would be used twice.
 */
export class SrtpSession {
  #local: Keyed<SrtpSender, SrtcpSender>;
  #remote: Keyed<SrtpReceiver, SrtcpReceiver>;

  constructor({suite, localKey, remoteKey}: StreamSecurity) {
    this.#local = outgoing(suite, localKey);
    this.#remote = incoming(suite, remoteKey);
  }

  /** Takes over what was negotiated anew. */
  update({suite, localKey, remoteKey}: StreamSecurity): void {
    if (!isSame(this.#local, suite, localKey)) this.#local = outgoing(suite, localKey);
    if (!isSame(this.#remote, suite, remoteKey)) this.#remote = incoming(suite, remoteKey);
  }

  /** An RTP packet as it goes on the wire; valid until the next call. */
  protect(packet: Uint8Array): Uint8Array {
    return this.#local.rtp.protect(packet);
  }

  /** The RTP packet that came; undefined when it is not genuine or came before. */
  unprotect(packet: Uint8Array): Uint8Array | undefined {
    return this.#remote.rtp.unprotect(packet);
  }

  /** RTCP as it goes on the wire; valid until the next call. */
  protectControl(compound: Uint8Array): Uint8Array {
    return this.#local.rtcp.protect(compound);
  }

  /** The RTCP that came; undefined when it is not genuine or came before. */
  unprotectControl(compound: Uint8Array): Uint8Array | undefined {
    return this.#remote.rtcp.unprotect(compound);
  }
}

function outgoing(suite: SuiteName, key: Uint8Array): Keyed<SrtpSender, SrtcpSender> {
  return {suite, key, rtp: new SrtpSender(suite, key), rtcp: new SrtcpSender(key)};
}

function incoming(suite: SuiteName, key: Uint8Array): Keyed<SrtpReceiver, SrtcpReceiver> {
  return {suite, key, rtp: new SrtpReceiver(suite, key), rtcp: new SrtcpReceiver(key)};
}

function isSame(keyed: Keyed<unknown, unknown>, suite: SuiteName, key: Uint8Array): boolean {
  return keyed.suite === suite && Buffer.compare(keyed.key, key) === 0;
}
