import { ConnectionAttempt, type GatewayConnectionOptions } from './connection-attempt.ts';
import { connectionError, isConnectionLost, isRefusedUnseen } from './connection-errors.ts';
import { Deadline, type RequestLimit } from './deadline.ts';
import { etcdError, type EtcdError } from './etcd-error.ts';
import type { HttpAnswer, HttpRequest, OpenConnection } from './open-connection.ts';

/**
 * HTTP/2 over one TLS connection to one member, over any byte stream. Any number of requests share it at once. It is
 * made with the first of them, and made anew when it has ended or takes no further ones: when the member says that it is
 * about to end it, when its stream is wanted by others, or when nothing was answered on it for the whole time of a
 * request. What is under way on it by then goes on to its end.
 */
export class GatewayConnection {
  readonly #options: GatewayConnectionOptions;
  /** All that have not ended; more than one only while requests are under way on one that takes no further ones. */
  readonly #attempts = new Set<ConnectionAttempt>();
  /** Why a connection ended before anything was answered on it; all of its requests ask that together. */
  readonly #secondLooks = new WeakMap<OpenConnection, ConnectionAttempt>();
  #latest: ConnectionAttempt | undefined;
  #closed = false;

  constructor(options: GatewayConnectionOptions) {
    this.#options = options;
  }

  /**
   * May be called while other requests are under way; none waits for another.
   * @throws EtcdError when no answer came; an answer of any status is no error here.
   */
  async send(request: HttpRequest, limit: RequestLimit): Promise<HttpAnswer> {
    const deadline = new Deadline(this.#options.place, limit);
    try {
      return await this.#exchange(request, deadline);
    } catch (error) {
      throw connectionError(this.#options.place, deadline.phase, error);
    } finally {
      deadline.clear();
    }
  }

  /** Ends the connection for good, with whatever is under way on it. Safe to call twice. */
  close(): void {
    this.#closed = true;
    for (const attempt of this.#attempts) attempt.end();
  }

  async #exchange(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    deadline.throwIfExpired();
    const connection = await this.#connected(deadline);
    try {
      return await connection.ask(request, deadline);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#throwIfClosed();
      const again = isRefusedUnseen(error) || (connection.hasAnswered && request.repeatable);
      if (!again)
        throw (
          (await this.#refusedCertificate(connection, deadline)) ??
          connectionError(this.#options.place, 'answer', error)
        );
    }
    return await (await this.#connected(deadline)).ask(request, deadline);
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
   * Asks why a connection was ended before it carried any answer. In TLS 1.3 the member refuses a client certificate only after our side of
   * the handshake, and the alert that says so is lost when the request, on its way by then, meets the closed port
   * first. In TLS 1.2 the alert belongs to the handshake.
   */
  async #refusedCertificate(lost: OpenConnection, deadline: Deadline): Promise<EtcdError | undefined> {
    if (lost.hasAnswered) return undefined;
    const look = this.#secondLooks.get(lost) ?? this.#attempt('TLSv1.2');
    this.#secondLooks.set(lost, look);
    try {
      (await look.join(deadline)).end();
      return undefined;
    } catch (error) {
      const told = connectionError(this.#options.place, deadline.phase, error);
      return told.kind === 'client-certificate' ? told : undefined;
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
