import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { LastBytes } from '../text/last-bytes.ts';
import type { Deadline } from './deadline.ts';
import { AnswerTooLong, type HttpAnswer } from './errors.ts';

/** One request to the gateway. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** It may be sent again when a kept connection turns out to have ended; never for what changes something. */
  readonly repeatable: boolean;
  /** Longest answer that is taken, in bytes. Default 8 MiB. */
  readonly mostBytes?: number;
}

/**
 * Bytes that may be on their way here unread. Metrics are some 200 KB: with the 64 KB that RFC 9113 begins with, the
 * member would have to wait for us twice and more before it has sent them.
 */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** The longest answer to a request that does not say otherwise, in bytes; a key holds 1.5 MiB at most. */
const MOST_BYTES = 8 * 1024 * 1024;

/** HTTP/2 over one TLS session: as many requests at once as there are. */
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
   * @param stream what is under the socket; it ends with the connection.
   * @param socket after its handshake, in which HTTP/2 was agreed on.
   * @param url the member's client URL.
   * @param onEnd called when it has ended, for whatever reason; possibly more than once.
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
    // Requests hear of errors by their own streams; between requests nobody else would listen.
    this.#session.on('error', () => undefined);
    // Node by itself takes no further requests then, but keeps the stream open until the member has ended it.
    this.#session.on('goaway', () => this.retire());
    this.#session.on('close', () => this.end());
  }

  /** Whether a request may be begun on it, as far as is known here. */
  get isUsable(): boolean {
    if (this.#retired || this.#session.closed || this.#session.destroyed) return false;
    return !this.#socket.destroyed && !this.#stream.destroyed;
  }

  /** Whether any request was answered on it: if so, the member has accepted our certificate. */
  get hasAnswered(): boolean {
    return this.#answers > 0;
  }

  /** Takes no further requests, and ends as soon as none is under way; not before there was one. */
  retire(): void {
    this.#retired = true;
    if (this.#requests > 0) this.#endIfDone();
  }

  /**
   * Sends one request beside those that are under way. When its time passes it is cancelled alone; but a connection on
   * which nothing at all was answered since it was sent may be dead, and takes no further requests.
   * @throws EtcdError the deadline's; AnswerTooLong, and the connection is ended then; what Node tells of the end of the
   * connection, or of this request.
   */
  async ask(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    deadline.phase = 'answer';
    const answersBefore = this.#answers;
    this.#requests += 1;
    this.#underWay += 1;
    try {
      return await this.#exchange(request, deadline.signal);
    } catch (error) {
      if (error instanceof AnswerTooLong) this.end();
      if (!deadline.expired) throw error;
      if (this.#answers === answersBefore) this.retire();
      throw deadline.error();
    } finally {
      this.#underWay -= 1;
      this.#endIfDone();
    }
  }

  /** Ends it with whatever is under way on it. Safe to call twice. */
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
    const sent = this.#session.request(
      {
        ':method': method,
        ':path': path,
        accept: 'application/json',
        ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
      },
      { signal, endStream: payload === undefined },
    );
    if (payload !== undefined) sent.end(payload);
    sent.once('response', () => {
      this.#answers += 1;
    });
    return answerOf(sent, mostBytes ?? MOST_BYTES);
  }
}

/** The other side, or we, ended the connection without saying why. */
export function endedError(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

/**
 * The whole answer. A stream that is reset or cut off ends as well, but is destroyed by then.
 * @throws AnswerTooLong as soon as more than `mostBytes` have come.
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
      else reject(new AnswerTooLong(mostBytes));
    });
    sent.on('error', reject);
    sent.once('end', () => {
      if (!sent.destroyed) resolve({ status, body: body.bytes.toString('utf8') });
    });
    sent.once('close', () => reject(endedError()));
  });
}
