/** An SSH server inside the test process, for behaviour and observations that a real sshd does not offer. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { connect, createServer, type Server as TcpServer, type Socket } from 'node:net';

import ssh2, { type Algorithms, type AuthContext, type Connection, type ServerChannel } from 'ssh2';

/** The differences of the server from a good one. */
export interface TestServerOptions {
  /** Private host keys in OpenSSH or PEM form. */
  readonly hostKeys: readonly string[];
  readonly algorithms?: Algorithms;
  /** Default: everyone is admitted with any key that signs. */
  readonly onAuthentication?: (context: AuthContext, connection: Connection) => void;
  /** The command that runs instead of the requested one, as with a login shell or sshd. */
  readonly login?: (command: string, index: number) => string;
  /** Folders that come first in the PATH of the login shell. */
  readonly path?: string;
  /** True if TCP connections are forwarded. Default true; `never answered`: neither opened nor refused. */
  readonly forwarding?: boolean | 'never answered';
  /** Listening address. Default: 127.0.0.1. */
  readonly address?: string;
}

/** A started server, with a record of its observations. */
export class TestServer {
  /** `method user` for each attempt to log in. */
  readonly logins: string[] = [];
  /** Requested commands, in order. */
  readonly commands: string[] = [];
  /** Bytes that came on standard input of the command with this index. */
  readonly received: number[] = [];
  /** TCP connections accepted. */
  connections = 0;
  /** Open sessions, and their largest number so far. */
  openSessions = 0;
  mostSessions = 0;
  readonly #sockets = new Set<Socket>();
  readonly #children = new Map<number, ChildProcessWithoutNullStreams>();
  readonly #tcp: TcpServer;
  readonly #options: TestServerOptions;

  static async start(options: TestServerOptions): Promise<TestServer> {
    const server = new TestServer(options);
    await new Promise<void>((resolve) => server.#tcp.listen(0, options.address ?? '127.0.0.1', resolve));
    return server;
  }

  private constructor(options: TestServerOptions) {
    this.#options = options;
    const ssh = new ssh2.Server(
      { hostKeys: [...options.hostKeys], ...(options.algorithms && { algorithms: options.algorithms }) },
      (connection) => this.#serve(connection),
    );
    this.#tcp = createServer({ noDelay: true }, (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      ssh.injectSocket(socket);
    });
  }

  /** Returns the number of open TCP connections. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Resolves when no TCP connection is open. */
  async whenUnused(): Promise<void> {
    for (const socket of this.#sockets) await new Promise((resolve) => socket.once('close', resolve));
  }

  get port(): number {
    const address = this.#tcp.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return address.port;
  }

  /** Cuts all connections, as a reset does. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Stays silent and deaf from now on, as a host without power: no FIN, no RST. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.pause();
      socket.write = () => true;
      socket.end = () => socket;
    }
  }

  /** Kills the command with this index and its children. */
  kill(index: number): void {
    const pid = this.#children.get(index)?.pid;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended by itself
    }
  }

  async stop(): Promise<void> {
    if (!this.#tcp.listening) return;
    for (const index of this.#children.keys()) this.kill(index);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#tcp.close(resolve));
  }

  #serve(connection: Connection): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      this.logins.push(`${context.method} ${context.username}`);
      if (this.#options.onAuthentication !== undefined) this.#options.onAuthentication(context, connection);
      else if (context.method === 'publickey') context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      this.openSessions += 1;
      this.mostSessions = Math.max(this.mostSessions, this.openSessions);
      session.on('exec', (acceptExec, _reject, { command }) => this.#exec(acceptExec(), command));
    });
    if (this.#options.forwarding === false) return;
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (this.#options.forwarding === 'never answered') return;
      const target = connect(destPort, destIP);
      target.once('connect', () => {
        const channel = accept();
        channel.on('error', () => undefined);
        channel.pipe(target).pipe(channel);
        target.on('close', () => channel.end());
        channel.on('close', () => target.destroy());
      });
      target.on('error', () => reject());
    });
  }

  #exec(channel: ServerChannel, command: string): void {
    const index = this.commands.push(command) - 1;
    this.received[index] = 0;
    // The server runs as the tests' user; the shell treats that user as root.
    const login = (this.#options.login?.(command, index) ?? command).replaceAll('$EUID', '0');
    const child = spawn('bash', ['--norc', '-c', login], {
      detached: true, // its own process group
      env: { ...process.env, PATH: `${this.#options.path ?? ''}:${process.env['PATH'] ?? ''}` },
    });
    this.#children.set(index, child);
    channel.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    channel.on('data', (chunk: Buffer) => {
      this.received[index] = (this.received[index] ?? 0) + chunk.length;
    });
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    channel.on('close', () => {
      this.openSessions -= 1;
      child.stdout.destroy();
    });
    child.on('exit', (code, signal) => {
      channel.unpipe(child.stdin).resume(); // unread input would keep the channel open
      if (signal === null) channel.exit(code ?? 0);
      else channel.exit(signal.replace('SIG', ''));
    });
    child.on('close', () => {
      this.#children.delete(index);
      channel.end();
    });
  }
}
