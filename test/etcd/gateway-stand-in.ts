import { EventEmitter, once } from 'node:events';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TestAuthority, type TestCertificate } from './certificates.ts';

/**
 * An answer of the stand-in at one path; `hang` never answers, `stall` not to the end, `cut` closes the connection
 * instead, `reset` only the request, with half of an answer; `endless` and `endless headers` continue until the
 * connection is gone; `serve` answers by itself.
 */
export type StandInAnswer =
  | { readonly status?: number; readonly body: unknown }
  | { readonly serve: (stream: ServerHttp2Stream) => unknown }
  | 'hang'
  | 'stall'
  | 'cut'
  | 'reset'
  | Endless;
type Endless = 'endless' | 'endless headers';

/** A promise delays requests; a function receives the body of each. */
type Answering =
  StandInAnswer | Promise<StandInAnswer> | ((body: string) => StandInAnswer | Promise<StandInAnswer>);

/**
 * A stand-in for the gateway of one member: HTTP/2 over TLS with client certificates as in etcd, and fixed answers. It
 * tests forms, errors and deadlines, and proves nothing about etcd itself.
 */
export class GatewayStandIn {
  readonly authority = new TestAuthority('etcd-ca');
  readonly client: TestCertificate = this.authority.issue({ commonName: 'client', usages: ['clientAuth'] });
  readonly requests: string[] = [];
  connections = 0;
  /** Bytes sent by endless answers. */
  sent = 0;
  readonly #answers: Map<string, Answering>;
  readonly #server: Http2SecureServer;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #heard = new EventEmitter();

  constructor(answers: Readonly<Record<string, StandInAnswer>>, server?: TestCertificate) {
    this.#answers = new Map(Object.entries(answers));
    const certificate = server ?? this.authority.issue({ commonName: 'infra0', ips: ['127.0.0.1', '::1'] });
    this.#server = createSecureServer({
      ca: this.authority.certificatePem,
      cert: certificate.certificatePem,
      key: certificate.keyPem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
    });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.once('end', () => void this.#respond(request, response, body));
    });
  }

  answer(path: string, answer: Answering): void {
    this.#answers.set(path, answer);
  }

  async listen(address = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves with the next request to that path. */
  async heard(path: string): Promise<void> {
    await once(this.#heard, path);
  }

  /** Announces the end of every connection, as a stopping member does, and answers requests in flight. */
  goAway(): void {
    for (const session of this.#sessions) session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  }

  /** Ends every connection, as a restart of the member would. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.cutConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #respond(
    { method, url: path, stream }: Http2ServerRequest,
    response: Http2ServerResponse,
    body: string,
  ): Promise<void> {
    this.requests.push(`${method} ${path}`);
    this.#heard.emit(path);
    const answering = this.#answers.get(path) ?? { status: 404, body: 'Not Found\n' };
    const answer = await (typeof answering === 'function' ? answering(body) : answering);
    if (answer === 'hang') return;
    if (typeof answer === 'object' && 'serve' in answer) {
      stream.on('error', () => undefined);
      // The response, which is not used then, would send trailers of its own.
      stream.removeAllListeners('wantTrailers');
      await answer.serve(stream);
      return;
    }
    if (answer === 'cut') {
      stream.session?.destroy();
      return;
    }
    if (answer === 'endless') {
      const piece = Buffer.alloc(64 * 1024, 'x');
      const closed = new Promise<void>((resolve) => stream.once('close', resolve));
      while (!stream.destroyed) {
        this.sent += piece.length;
        await Promise.race([closed, new Promise<void>((done) => response.write(piece, () => done()))]);
      }
      return;
    }
    if (answer === 'endless headers') {
      while (!stream.destroyed) {
        stream.additionalHeaders({ ':status': 103, link: 'x'.repeat(1000) });
        this.sent += 1000;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return;
    }
    if (answer === 'reset' || answer === 'stall') {
      response.write('{"header":', () => {
        if (answer === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      });
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }
}

/** Returns a TCP stream as node provides it. */
export function openTcp(address: string, port: number): () => Promise<Socket> {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true });
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    });
}

/** Returns the same stream as an object that is no net.Socket, like a forwarded SSH channel. */
export function openChannel(address: string, port: number): () => Promise<Duplex> {
  return async () => {
    const socket = await openTcp(address, port)();
    const channel = new Duplex({
      read: () => socket.resume(),
      write: (chunk: Buffer, _encoding, done) => socket.write(chunk, done),
      final: (done) => socket.end(done),
      destroy: (error, done) => {
        socket.destroy();
        done(error);
      },
    });
    socket.on('data', (chunk: Buffer) => {
      if (!channel.push(chunk)) socket.pause();
    });
    socket.on('end', () => channel.push(null));
    socket.on('error', (error) => channel.destroy(error));
    socket.on('close', () => channel.destroy());
    return channel;
  };
}
