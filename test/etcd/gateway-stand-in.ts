import { createServer, type Server } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TestAuthority, type TestCertificate } from './certificates.ts';

/** What the stand-in answers at one path; `hang` never answers, `cut` ends the connection instead. */
export type StandInAnswer = { readonly status?: number; readonly body: unknown } | 'hang' | 'cut';

/**
 * A stand-in for the gateway of one member: TLS with client certificates as etcd asks for them, and fixed answers. It
 * serves to test forms, errors and deadlines; it proves nothing about etcd itself.
 */
export class GatewayStandIn {
  readonly authority = new TestAuthority('etcd-ca');
  readonly client: TestCertificate = this.authority.issue({ commonName: 'client', usages: ['clientAuth'] });
  readonly requests: string[] = [];
  connections = 0;
  readonly #answers: Map<string, StandInAnswer>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(answers: Readonly<Record<string, StandInAnswer>>, server?: TestCertificate) {
    this.#answers = new Map(Object.entries(answers));
    const certificate = server ?? this.authority.issue({ commonName: 'infra0', ips: ['127.0.0.1', '::1'] });
    this.#server = createServer({
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
    this.#server.on('request', (request, response) => {
      const path = request.url ?? '';
      request.resume();
      request.once('end', () => {
        this.requests.push(`${request.method ?? ''} ${path}`);
        const answer = this.#answers.get(path) ?? { status: 404, body: 'Not Found\n' };
        if (answer === 'hang') return;
        if (answer === 'cut') {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
  }

  answer(path: string, answer: StandInAnswer): void {
    this.#answers.set(path, answer);
  }

  async listen(address = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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
}

/** A TCP stream as node gives it. */
export function openTcp(address: string, port: number): () => Promise<Socket> {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true });
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    });
}

/** The same stream as something that is no net.Socket, like a forwarded SSH channel. */
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
