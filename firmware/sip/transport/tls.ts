import {isIP, type Server, type Socket} from 'node:net';
import {
  connect,
  createSecureContext,
  createServer,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type {Clock} from '../../base/clock.ts';
import {
  type CertificateNames,
  certificateNames,
  explainRefusal,
  explainWrongName,
  isFor,
} from './certificate.ts';
import {explainSocketError} from './send-failure.ts';
import type {StreamSockets} from './stream-sockets.ts';
import {tcpSockets} from './tcp.ts';
import {type Destination, TransportError} from './transport.ts';

/** How TLS is done; certificates and key as PEM text. */
export interface TlsOptions {
  /** Our own certificate, with those between it and its authority, and its key: for listening, and where a server asks. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Whom to trust; default: whom the system trusts. */
  readonly authorities?: string | undefined;
  /** False accepts any certificate. */
  readonly verify: boolean;
}

/** How long (ms) whoever connects may take to agree on keys. */
const handshakeLimit = 10_000;
const minVersion = 'TLSv1.2';

/** TLS connections, on which nothing is sent before the other end has shown that it is who was meant. */
export class TlsSockets implements StreamSockets {
  readonly transport = 'TLS';
  #options: TlsOptions;
  #clock: Clock;
  #context: SecureContext | undefined;
  /** Whom the good certificates at the other end of open connections name: the socket forgets them. */
  #peers = new WeakMap<Socket, CertificateNames>();

  /** `clock` gives the time for words about certificates. */
  constructor(options: TlsOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  connect(
    destination: Destination,
    localAddress: string | undefined,
    onOpen: () => void,
    onRefused: (why: string) => void,
  ): Socket {
    const {serverName = destination.address} = destination;
    // Reading the system's authorities takes some time: only where it is needed.
    this.#context ??= this.#clientContext();
    // Of a socket that it opens itself, TLS cannot set the mark.
    const below = tcpSockets.connect(destination, localAddress, () => {}, onRefused);
    const socket: TLSSocket = connect(
      {
        socket: below,
        secureContext: this.#context,
        // SNI knows names only (RFC 6066 section 3).
        servername: isIP(serverName) === 0 ? serverName : '',
        // Checked below, in words that say what is wrong.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        minVersion,
      },
      () => {
        const refusal = this.#notePeer(socket, serverName);
        if (refusal === undefined) onOpen();
        else onRefused(refusal);
      },
    );
    return socket;
  }

  createServer(onConnection: (socket: Socket) => void): Server {
    const {certificate, key, authorities} = this.#options;
    if (certificate === undefined || key === undefined) {
      throw new TransportError('to listen for TLS, sip.tls.certificate and sip.tls.key are needed');
    }
    return createServer(
      {
        cert: certificate,
        key,
        ...(authorities === undefined ? {} : {ca: authorities}),
        // Phones have no certificate, or one of their maker: whoever shows a good one is known, the others are not.
        requestCert: true,
        rejectUnauthorized: false,
        handshakeTimeout: handshakeLimit,
        minVersion,
      },
      (socket) => {
        this.#notePeer(socket, undefined);
        onConnection(socket);
      },
    );
  }

  isPeer(socket: Socket, name: string | undefined): boolean {
    if (!this.#options.verify) return true;
    const names = this.#peers.get(socket);
    if (!names) return false;
    // Somebody who names an address only means whoever is there, and this one is, and has shown a good certificate.
    return name === undefined || isIP(name) !== 0 || isFor(names, name);
  }

  explain(error: NodeJS.ErrnoException): string {
    const code = error.code ?? '';
    if (!/SSL|TLS/.test(code)) return explainSocketError(error);
    if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code)) {
      return 'it refused the TLS connection; it may ask for a certificate of ours: sip.tls.certificate and sip.tls.key';
    }
    if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/.test(code)) {
      return 'it does not accept the certificate in sip.tls.certificate';
    }
    if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|UNEXPECTED_MESSAGE/.test(code)) {
      return 'what answers there does not speak TLS';
    }
    return `TLS could not be agreed on (${code
      .replace(/^ERR_SSL_/, '')
      .toLowerCase()
      .replaceAll('_', ' ')})`;
  }

  /** Looks at the certificate of the other end, which must be for `name`; returns why it is refused. */
  #notePeer(socket: TLSSocket, name: string | undefined): string | undefined {
    if (!this.#options.verify) return undefined;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return 'it showed no certificate';
    const error = socket.authorizationError as unknown;
    if (error) return explainRefusal(String(error), certificate, new Date(this.#clock.wallTime()));
    const names = certificateNames(certificate);
    if (name !== undefined && !isFor(names, name)) return explainWrongName(names, name);
    this.#peers.set(socket, names);
    return undefined;
  }

  #clientContext(): SecureContext {
    const {certificate, key, authorities} = this.#options;
    return createSecureContext({
      ca: authorities ?? systemAuthorities(),
      ...(certificate === undefined || key === undefined ? {} : {cert: certificate, key}),
      minVersion,
    });
  }
}

/** Whom the operating system trusts; where it knows nobody, those that came with the runtime. */
function systemAuthorities(): string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}
