import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureVersion, type TLSSocket } from 'node:tls';
import {
  connectionError,
  isConnectionLost,
  isRefusedUnprocessed,
  noHttp2Error,
  type RequestPhase,
} from './connection-errors.ts';
import { Deadline, type RequestLimit } from './deadline.ts';
import type { EtcdCredentials } from './endpoint.ts';
import { etcdError, type EtcdError, type EtcdPlace, type HttpAnswer } from './errors.ts';
import {
  endedError,
  type HttpRequest,
  OpenConnection,
  type StreamedAnswer,
  type StreamRequest,
} from './open-connection.ts';
import { TRUST_AS_GO_DOES } from './served-certificate.ts';

/**
 * HTTP/2 over one TLS connection to one member, over any byte stream. Any number of requests share it. It is opened for
 * the first request, and opened anew if it has ended or accepts no further requests: if the member announces its end,
 * if its stream is wanted by others, or if nothing was answered on it during the whole time of a request. Requests in
 * flight on the old connection are completed.
 */
export class GatewayConnection {
  readonly #options: GatewayConnectionOptions;
  /** All that have not ended; more than one only while requests are in flight on a retired one. */
  readonly #attempts = new Set<ConnectionAttempt>();
  /** Finds out why a connection ended before any answer; all of its requests share the result. */
  readonly #refusalChecks = new WeakMap<OpenConnection, ConnectionAttempt>();
  #latest: ConnectionAttempt | undefined;
  #closed = false;

  constructor(options: GatewayConnectionOptions) {
    this.#options = options;
  }

  /**
   * Sends a request; requests may run concurrently.
   * @throws EtcdError if no answer came; an answer of any status is no error here.
   */
  send(request: HttpRequest, limit: RequestLimit): Promise<HttpAnswer> {
    return this.#within(limit, request.repeatable, (connection, deadline) =>
      connection.ask(request, deadline),
    );
  }

  /**
   * Sends a request that only reads, and resolves when its answer begins; the limit covers only that.
   * @throws EtcdError if no answer came; an answer of any status is no error here.
   */
  stream(request: StreamRequest, limit: RequestLimit): Promise<StreamedAnswer> {
    return this.#within(limit, true, (connection, deadline) => connection.stream(request, deadline));
  }

  /** Closes the connection for good, with all requests in flight. Safe to call twice. */
  close(): void {
    this.#closed = true;
    for (const attempt of this.#attempts) attempt.end();
  }

  async #within<T>(limit: RequestLimit, repeatable: boolean, ask: Asking<T>): Promise<T> {
    const deadline = new Deadline(this.#options.place, limit);
    try {
      return await this.#exchange(deadline, repeatable, ask);
    } catch (error) {
      throw connectionError(this.#options.place, deadline.phase, error);
    } finally {
      deadline.clear();
    }
  }

  async #exchange<T>(deadline: Deadline, repeatable: boolean, ask: Asking<T>): Promise<T> {
    deadline.throwIfExpired();
    const connection = await this.#connected(deadline);
    try {
      return await ask(connection, deadline);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#throwIfClosed();
      const again = isRefusedUnprocessed(error) || (connection.hasAnswered && repeatable);
      if (!again)
        throw (
          (await this.#refusedCertificate(connection, deadline)) ??
          connectionError(this.#options.place, 'answer', error)
        );
    }
    return await ask(await this.#connected(deadline), deadline);
  }

  async #connected(deadline: Deadline): Promise<OpenConnection> {
    this.#throwIfClosed();
    if (this.#latest?.isUsable !== true) this.#latest = this.#attempt('TLSv1.3');
    try {
      return await this.#latest.join(deadline);
    } catch (error) {
      this.#throwIfClosed();
      throw error;
    }
  }

  #attempt(maxVersion: 'TLSv1.2' | 'TLSv1.3'): ConnectionAttempt {
    const attempt = new ConnectionAttempt(this.#options, maxVersion, () => this.#attempts.delete(attempt));
    this.#attempts.add(attempt);
    return attempt;
  }

  /**
   * Finds out why a connection ended before it carried any answer. In TLS 1.3 the member refuses a client certificate
   * only after our side of the handshake, and its alert is lost if the request, already in flight, reaches the closed
   * port first. In TLS 1.2 the alert belongs to the handshake.
   */
  async #refusedCertificate(lost: OpenConnection, deadline: Deadline): Promise<EtcdError | undefined> {
    if (lost.hasAnswered) return undefined;
    const check = this.#refusalChecks.get(lost) ?? this.#attempt('TLSv1.2');
    this.#refusalChecks.set(lost, check);
    try {
      (await check.join(deadline)).end();
      return undefined;
    } catch (error) {
      const explained = connectionError(this.#options.place, deadline.phase, error);
      return explained.kind === 'client-certificate' ? explained : undefined;
    }
  }

  #throwIfClosed(): void {
    if (!this.#closed) return;
    throw etcdError(this.#options.place, {
      code: 'etcd-connection-ended',
      kind: 'connection-lost',
      reason: 'the client was closed',
      fact: `The client of ${this.#options.place.endpoint} was closed before this request.`,
      fix: 'The run was ending: see its earlier messages.',
    });
  }
}

/** Sends one request on a connection. */
type Asking<T> = (connection: OpenConnection, deadline: Deadline) => Promise<T>;

/** Options for the connection to one member. */
export interface GatewayConnectionOptions {
  /**
   * Opens a fresh byte stream to the member's client port. A stream that emits `wanted` is given up as soon as no
   * request is in flight on it.
   */
  readonly open: () => Promise<Duplex>;
  /** The member's name in errors. */
  readonly place: EtcdPlace;
  /** The member's address, which its certificate must contain; IPv6 without brackets. */
  readonly address: string;
  readonly credentials: EtcdCredentials;
}

const GIVEN_UP = 'the attempt was given up';

/**
 * One attempt to connect, and its connection. All requests that arrive meanwhile wait for it together, each no longer
 * than its own deadline; it is given up as soon as no request waits for it.
 */
class ConnectionAttempt {
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
   * Starts at once.
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

  /** Reports whether it accepts requests, as far as is known here. */
  get isUsable(): boolean {
    return !this.#hasEnded && (this.#connection?.isUsable ?? true);
  }

  /**
   * Waits for the connection.
   * @throws EtcdError if the deadline passes or the attempt fails.
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

  /** Ends the attempt, or the connection with all requests in flight. Safe to call twice. */
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
    // OpenSSL ignores an unreadable CA; this throws.
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
      // Without a server name, the certificate is checked against `host` (an IP SAN).
      host: address,
      ALPNProtocols: ['h2'],
    });
    this.#socket = socket;
    await handshake(socket);
    // The connection may have ended right after the handshake.
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
    // Stays registered: a late error must not end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(endedError()));
  });
}
