import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureVersion, type TLSSocket } from 'node:tls';
import { connectionError, noHttp2Error, type RequestPhase } from './connection-errors.ts';
import type { Deadline } from './deadline.ts';
import type { EtcdCredentials } from './etcd-credentials.ts';
import type { EtcdPlace } from './etcd-error.ts';
import { endedError, OpenConnection } from './open-connection.ts';
import { TRUST_AS_GO_DOES } from './trust.ts';

/** How to connect to one member. */
export interface GatewayConnectionOptions {
  /**
   * Gives a fresh byte stream to the member's client port, each time it is called. One that emits `wanted` is given up as
   * soon as no request is under way on it.
   */
  readonly open: () => Promise<Duplex>;
  /** Names the member in errors. */
  readonly place: EtcdPlace;
  /** The member's address, which its certificate must name; IPv6 without brackets. */
  readonly address: string;
  readonly credentials: EtcdCredentials;
}

const GIVEN_UP = 'the attempt was given up';

/**
 * One connection in the making, and what became of it. All requests that come meanwhile wait for it together, each for no
 * longer than its own time; when nobody waits any more it is given up.
 */
export class ConnectionAttempt {
  readonly #options: GatewayConnectionOptions;
  readonly #onEnd: () => void;
  readonly #waiting = new Set<Deadline>();
  readonly #given = Promise.withResolvers<OpenConnection>();
  #phase: RequestPhase = 'handshake';
  #stream: Duplex | undefined;
  #socket: TLSSocket | undefined;
  #connection: OpenConnection | undefined;
  #isWanted = false;
  #isTaken = false;
  #hasEnded = false;

  /**
   * Begins at once.
   * @param onEnd called when the attempt has failed or its connection has ended; possibly more than once.
   */
  constructor(options: GatewayConnectionOptions, maxVersion: SecureVersion, onEnd: () => void) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#given.promise.catch(() => undefined);
    this.#make(maxVersion).then(this.#given.resolve, (error: unknown) => {
      this.#given.reject(connectionError(options.place, this.#phase, error));
      this.end();
    });
  }

  /** Whether a request may count on it, as far as is known here. */
  get isUsable(): boolean {
    return !this.#hasEnded && (this.#connection?.isUsable ?? true);
  }

  /**
   * The connection, once it is there.
   * @throws EtcdError the deadline's, or why there is none.
   */
  async join(deadline: Deadline): Promise<OpenConnection> {
    deadline.phase = this.#phase;
    this.#waiting.add(deadline);
    try {
      const connection = await deadline.orExpiry(this.#given.promise);
      this.#isTaken = true;
      return connection;
    } finally {
      this.#waiting.delete(deadline);
      if (!this.#isTaken && this.#waiting.size === 0) this.end();
    }
  }

  /** Ends the attempt, or the connection with whatever is under way on it. Safe to call twice. */
  end(): void {
    this.#hasEnded = true;
    this.#given.reject(new Error(GIVEN_UP));
    this.#connection?.end();
    this.#socket?.destroy();
    this.#stream?.destroy();
    this.#onEnd();
  }

  async #make(maxVersion: SecureVersion): Promise<OpenConnection> {
    const { address, credentials, place } = this.#options;
    // OpenSSL passes over a CA that it cannot read; this throws.
    new X509Certificate(credentials.caPem);
    const secureContext = createSecureContext({
      ca: credentials.caPem,
      ...TRUST_AS_GO_DOES,

      cert: credentials.certificatePem,
      key: credentials.keyPem,
      minVersion: 'TLSv1.2',
      maxVersion,
    });
    this.#enter('open');
    const stream = await this.#options.open();
    stream.on('error', () => undefined);
    this.#stream = stream;
    if (this.#hasEnded) {
      stream.destroy();
      throw new Error(GIVEN_UP);
    }
    stream.on('wanted', () => {
      this.#isWanted = true;
      this.#connection?.retire();
    });
    this.#enter('handshake');
    const socket = connect({
      socket: stream,
      secureContext,
      // With no server name given, `host` is what the certificate is checked against (an IP SAN).
      host: address,
      ALPNProtocols: ['h2'],
    });
    this.#socket = socket;
    await handshake(socket);
    // The end may have come right behind it.
    if (socket.destroyed) throw endedError();
    if (socket.alpnProtocol !== 'h2') throw noHttp2Error(place);
    this.#connection = new OpenConnection(stream, socket, place.endpoint, this.#onEnd);
    if (this.#isWanted) this.#connection.retire();
    return this.#connection;
  }

  #enter(phase: RequestPhase): void {
    this.#phase = phase;
    for (const deadline of this.#waiting) deadline.phase = phase;
  }
}

function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    // Listened to for good: what comes late must not end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(endedError()));
  });
}
