import { X509Certificate } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureVersion, type TLSSocket } from 'node:tls';
import { connectionError, isConnectionLost } from './connection-errors.ts';
import { Deadline, type RequestLimit } from './deadline.ts';
import { EtcdError, etcdError, type EtcdPlace } from './etcd-error.ts';
import { TRUST_AS_GO_DOES } from './trust.ts';

/** What a client of a member shows and trusts, as PEM text. The key is secret. */
export interface EtcdCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

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

/** One request to the gateway. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** It may be sent again when a kept connection turns out to have ended; never for what changes something. */
  readonly repeatable: boolean;
}

/** The answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * HTTP/1.1 with keep-alive over one TLS connection to one member, over any byte stream. Requests run one after the
 * other. The connection is made with the first of them and made anew when it has ended.
 */
export class GatewayConnection {
  readonly #options: GatewayConnectionOptions;
  #open: OpenConnection | undefined;
  #closed = false;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(options: GatewayConnectionOptions) {
    this.#options = options;
  }

  /** @throws EtcdError when no answer came; an answer of any status is no error here. */
  async send(request: HttpRequest, limit: RequestLimit): Promise<HttpAnswer> {
    const deadline = new Deadline(this.#options.place, limit);
    try {
      const turn = this.#lastTurn.then(() => this.#exchange(request, deadline));
      this.#lastTurn = turn.catch(() => undefined);
      return await deadline.orExpiry(turn);
    } catch (error) {
      throw connectionError(this.#options.place, deadline.phase, error);
    } finally {
      deadline.clear();
    }
  }

  /** Ends the connection for good, with whatever is under way on it. Safe to call twice. */
  close(): void {
    this.#closed = true;
    this.#open?.end();
  }

  async #exchange(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    deadline.throwIfExpired();
    const kept = this.#open?.isUsable() === true;
    try {
      return await this.#sendOnce(request, deadline);
    } catch (error) {
      if (deadline.phase !== 'answer' || !isConnectionLost(error)) throw error;
      if (!kept)
        throw (
          (await this.#refusedCertificate(deadline)) ?? connectionError(this.#options.place, 'answer', error)
        );
      if (!request.repeatable) throw error;
      return await this.#sendOnce(request, deadline);
    }
  }

  /**
   * Asks why a fresh connection was ended. In TLS 1.3 the member refuses a client certificate only after our side of
   * the handshake, and the alert that says so is lost when the request, on its way by then, meets the closed port
   * first. In TLS 1.2 the alert belongs to the handshake.
   */
  async #refusedCertificate(deadline: Deadline): Promise<EtcdError | undefined> {
    try {
      (await this.#connect(deadline, 'TLSv1.2')).end();
      return undefined;
    } catch (error) {
      const told = connectionError(this.#options.place, deadline.phase, error);
      return told.kind === 'client-certificate' ? told : undefined;
    }
  }

  async #sendOnce(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    if (this.#open?.isUsable() !== true) this.#open = await this.#connect(deadline);
    const open = this.#open;
    deadline.phase = 'answer';
    try {
      const { host } = new URL(this.#options.place.endpoint);
      return await open.use(() => ask(open, request, host, deadline.signal));
    } catch (error) {
      open.end();
      throw deadline.expired ? deadline.error() : error;
    }
  }

  async #connect(deadline: Deadline, maxVersion: SecureVersion = 'TLSv1.3'): Promise<OpenConnection> {
    this.#throwIfClosed();
    const { address, credentials } = this.#options;
    deadline.phase = 'handshake';
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
    deadline.phase = 'open';
    const stream = await this.#openStream(deadline);
    deadline.phase = 'handshake';
    const socket = connect({
      socket: stream,
      secureContext,
      // With no server name given, `host` is what the certificate is checked against (an IP SAN).
      host: address,
      ALPNProtocols: ['http/1.1'],
    });
    const open = new OpenConnection(stream, socket);
    try {
      await deadline.orExpiry(handshake(socket));
      this.#throwIfClosed();
      return open;
    } catch (error) {
      open.end();
      throw error;
    }
  }

  /** The stream, or the deadline's error; a stream that comes too late is ended. */
  async #openStream(deadline: Deadline): Promise<Duplex> {
    const opening = this.#options.open();
    try {
      return await deadline.orExpiry(opening);
    } catch (error) {
      opening.then(
        (late) => late.on('error', () => undefined).destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  #throwIfClosed(): void {
    if (!this.#closed) return;
    throw etcdError(this.#options.place, {
      kind: 'connection-lost',
      reason: 'the client was closed',
      fact: `The client of ${this.#options.place.endpoint} was closed before this request.`,
      fix: 'The run was ending: look at what it says before this.',
    });
  }
}

/** A TLS session and the stream under it, with the agent that gives it to one request after the other. */
class OpenConnection {
  readonly agent: Agent;
  readonly #stream: Duplex;
  readonly #socket: TLSSocket;
  /** From the start: it was opened for a request. */
  #inUse = true;
  #wanted = false;

  constructor(stream: Duplex, socket: TLSSocket) {
    this.#stream = stream;
    this.#socket = socket;
    this.agent = new SingleSocketAgent(socket);
    // Requests hear of errors through node:http; between requests, and below TLS, nobody else would listen.
    stream.on('error', () => undefined);
    socket.on('error', () => undefined);
    stream.on('wanted', () => {
      this.#wanted = true;
      if (!this.#inUse) this.end();
    });
  }

  /** Does one request's work, and keeps the connection until then. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#inUse = true;
    try {
      return await work();
    } finally {
      this.#inUse = false;
      if (this.#wanted) this.end();
    }
  }

  isUsable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && this.#socket.readable;
  }

  end(): void {
    this.agent.destroy();
    this.#socket.destroy();
    this.#stream.destroy();
  }
}

/** Hands out the one socket that is already connected. */
class SingleSocketAgent extends Agent {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Duplex {
    return this.#socket;
  }
}

function handshake(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => {
      reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    });
  });
}

function ask(
  open: OpenConnection,
  request: HttpRequest,
  host: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const sent = httpRequest({
      agent: open.agent,
      method: request.method,
      path: request.path,
      signal,
      setHost: false,
      headers: {
        host,
        accept: 'application/json',
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': payload.length }),
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.end(payload);
  });
}
