import { on } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { LastBytes } from '../text/last-bytes.ts';
import type { Deadline } from './deadline.ts';
import { AnswerTooLongError, type HttpAnswer } from './errors.ts';

/** One request to the gateway. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * True if it may be retried when a kept connection turns out to have ended; never for a request that changes
   * something.
   */
  readonly repeatable: boolean;
  /** Longest accepted answer in bytes. Default 8 MiB. */
  readonly mostBytes?: number;
}

/** A request whose answer is read while it arrives. */
export interface StreamRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer that has begun. */
export interface StreamedAnswer {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  /**
   * The body, in chunks of some 16 KiB. Not to ask for them stops the sender: at most {@link WINDOW_BYTES} are held. It
   * also ends if the stream is reset or cut off, sometimes without an error.
   */
  readonly body: AsyncIterable<readonly [Buffer]>;
  /** The trailers, once the body has ended; undefined if there are none. */
  readonly trailers: () => IncomingHttpHeaders | undefined;
  /** Ends the body with this error. */
  readonly cancel: (error: Error) => void;
}

/**
 * HTTP/2 window in bytes, of each answer and of the connection: what the member sends without waiting for us, and what
 * is held if the reader is slow. With the 64 KB of RFC 9113, metrics (some 200 KB) would take three round trips. A
 * snapshot of 440 MB at a round trip of 80 ms took 21 s with 4 MiB, 12 s with 8 MiB, and no less with 16 MiB.
 */
const WINDOW_BYTES = 8 * 1024 * 1024;

/** Default limit of an answer in bytes; a key holds 1.5 MiB at most. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * How a body is read: it is paused while this many chunks wait. Node's own iterator of a stream would join all that has
 * arrived into one buffer whenever the reader was slow, which takes the memory of the window once more.
 */
const READING = { close: ['end', 'close'], highWaterMark: 16, lowWaterMark: 8 };

/** HTTP/2 over one TLS session, for any number of concurrent requests. */
export class OpenConnection {
  readonly #stream: Duplex;
  readonly #socket: TLSSocket;
  readonly #session: ClientHttp2Session;
  readonly #onEnd: () => void;
  #requests = 0;
  #underWay = 0;
  #answers = 0;
  #retired = false;

  /**
   * @param stream the stream below the socket; it ends with the connection.
   * @param socket after its handshake, which negotiated HTTP/2.
   * @param url the member's client URL.
   * @param onEnd called when it has ended, for any reason; possibly more than once.
   */
  constructor(stream: Duplex, socket: TLSSocket, url: string, onEnd: () => void) {
    this.#stream = stream;
    this.#socket = socket;
    this.#onEnd = onEnd;
    this.#session = connect(url, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    this.#session.setLocalWindowSize(WINDOW_BYTES);
    // Requests get errors from their own streams; between requests there would be no other listener.
    this.#session.on('error', () => undefined);
    // Node accepts no further requests then, but keeps the stream open until the member has ended it.
    this.#session.on('goaway', () => this.retire());
    this.#session.on('close', () => this.end());
  }

  /** Reports whether it accepts requests, as far as is known here. */
  get isUsable(): boolean {
    if (this.#retired || this.#session.closed || this.#session.destroyed) return false;
    return !this.#socket.destroyed && !this.#stream.destroyed;
  }

  /** Reports whether any request was answered on it: if so, the member has accepted our certificate. */
  get hasAnswered(): boolean {
    return this.#answers > 0;
  }

  /** Accepts no further requests, and ends as soon as none is in flight; not before the first one. */
  retire(): void {
    this.#retired = true;
    if (this.#requests > 0) this.#endIfDone();
  }

  /**
   * Sends one request beside those in flight. If its deadline passes, only this request is cancelled; but a connection
   * on which nothing at all was answered since it was sent may be dead, and accepts no further requests.
   * @throws EtcdError if the deadline passes; AnswerTooLongError, after which the connection is closed; Node's error if
   *   the connection, or this request, ends.
   */
  ask(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    return this.#attend(deadline, () => this.#exchange(request, deadline.signal));
  }

  /**
   * Sends one request and resolves as soon as its answer begins. The deadline covers only that; what follows is up to
   * the caller, who reads the body or destroys it.
   * @throws as {@link ask}.
   */
  stream(request: StreamRequest, deadline: Deadline): Promise<StreamedAnswer> {
    return this.#attend(deadline, () => {
      const { path, headers, body } = request;
      const sent = this.#send({ ':method': 'POST', ':path': path, ...headers }, body, deadline.signal);
      this.#underWay += 1;
      sent.once('close', () => {
        this.#underWay -= 1;
        this.#endIfDone();
      });
      return beginningOf(sent);
    });
  }

  async #attend<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    deadline.phase = 'answer';
    const answersBefore = this.#answers;
    this.#requests += 1;
    this.#underWay += 1;
    try {
      return await work();
    } catch (error) {
      if (error instanceof AnswerTooLongError) this.end();
      if (!deadline.expired) throw error;
      if (this.#answers === answersBefore) this.retire();
      throw deadline.error();
    } finally {
      this.#underWay -= 1;
      this.#endIfDone();
    }
  }

  /** Closes it with all requests in flight. Safe to call twice. */
  end(): void {
    this.#session.destroy();
    this.#socket.destroy();
    this.#stream.destroy();
    this.#onEnd();
  }

  #endIfDone(): void {
    if (this.#underWay === 0 && !this.isUsable) this.end();
  }

  #exchange({ method, path, body, mostBytes }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ':method': method,
      ':path': path,
      accept: 'application/json',
      ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
    };
    return answerOf(this.#send(headers, payload, signal), mostBytes ?? MOST_BYTES);
  }

  #send(headers: OutgoingHttpHeaders, payload: Buffer | undefined, signal: AbortSignal): ClientHttp2Stream {
    const sent = this.#session.request(headers, { signal, endStream: payload === undefined });
    if (payload !== undefined) sent.end(payload);
    sent.once('response', () => {
      this.#answers += 1;
    });
    return sent;
  }
}

/** Returns the error for a connection that either side closed without a reason. */
export function endedError(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

/**
 * Returns the whole answer. A stream that is reset or cut off ends as well, but is destroyed by then.
 * @throws AnswerTooLongError as soon as more than `mostBytes` have arrived.
 */
function answerOf(sent: ClientHttp2Stream, mostBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const body = new LastBytes(mostBytes);
    let status = 0;
    sent.once('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    sent.on('data', (chunk: Buffer) => {
      if (body.total + chunk.length <= mostBytes) body.push(chunk);
      else reject(new AnswerTooLongError(mostBytes));
    });
    sent.on('error', reject);
    sent.once('end', () => {
      if (!sent.destroyed) resolve({ status, body: body.bytes.toString('utf8') });
    });
    sent.once('close', () => reject(endedError()));
  });
}

/** Returns the answer as soon as its headers have arrived. A stream that breaks before is an error. */
function beginningOf(sent: ClientHttp2Stream): Promise<StreamedAnswer> {
  return new Promise((resolve, reject) => {
    let trailers: IncomingHttpHeaders | undefined;
    sent.once('response', (headers) => {
      resolve({
        headers,
        // Listens from here on: an answer without a body may have ended before a reader begins.
        body: on(sent, 'data', READING) as AsyncIterable<[Buffer]>,
        trailers: () => trailers,
        cancel: (error) => sent.destroy(error),
      });
    });
    sent.once('trailers', (received: IncomingHttpHeaders) => {
      trailers = received;
    });
    // Stays registered: an error between two reads must not end the process.
    sent.on('error', reject);
    sent.once('close', () => reject(endedError()));
  });
}
