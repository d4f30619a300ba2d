import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../link.ts';
import type { ExitStatus, Session } from '../root-shell/session.ts';
import type { Master } from './master.ts';
import { directTcpip, type MuxChannel } from './mux-channel.ts';
import type { MuxConnection } from './mux-connection.ts';

/** Time limit for ssh to report the reason after its control socket has closed. */
const LAST_WORDS_MS = 500;

/** One SSH connection of the runner's own ssh. */
export class OpensshLink implements Link {
  readonly isHere = false;
  readonly whenLost: Promise<void>;
  readonly #master: Master;
  readonly #connection: MuxConnection;
  #lostBecause: string | undefined;

  /**
   * @param connection to the master's control socket, not shared.
   * @param whenWayLost resolves with the reason when the route to the host has ended.
   */
  constructor(master: Master, connection: MuxConnection, whenWayLost?: Promise<string>) {
    this.#master = master;
    this.#connection = connection;
    this.whenLost = connection.whenEnded.then(async () => {
      // ssh reports the reason before it ends; if the route is the reason, the route ends at about the same time.
      const late = sleep(LAST_WORDS_MS, undefined, { ref: false });
      await Promise.race([master.whenEnded, late]);
      if (this.#lostBecause !== undefined) return;
      const way = whenWayLost && (await Promise.race([whenWayLost, late]));
      this.#lostBecause ??= way ?? (master.lastWords || 'ssh has ended');
    });
  }

  get lostBecause(): string | undefined {
    if (this.#lostBecause !== undefined) return this.#lostBecause;
    return this.#connection.isOpen ? undefined : 'ssh has ended';
  }

  readonly openSession = async (command: string): Promise<Session> => {
    const channel = await this.#connection.openChannel('session');
    if (await channel.exec(command)) return new MuxSession(channel);
    channel.closeChannel();
    throw new Error('it starts no command');
  };

  openTcp(address: string, port: number): Promise<Duplex> {
    return this.#connection.openChannel('direct-tcpip', directTcpip(address, port));
  }

  /** Does not count the overhead of ssh itself. */
  statistics(): ReturnType<Link['statistics']> {
    return { connections: 1, ...this.#connection.traffic };
  }

  async close(): Promise<void> {
    this.#lostBecause ??= 'this run closed it';
    await this.#master.end();
    await this.whenLost;
  }
}

/** A command on a channel of a control socket. */
class MuxSession implements Session {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly whenOver: Promise<ExitStatus>;
  readonly #channel: MuxChannel;

  /** @param channel with a started command, whose output is unread. */
  constructor(channel: MuxChannel) {
    this.#channel = channel;
    this.stdin = channel;
    this.stdout = channel;
    this.stderr = channel.stderr;
    const read = Promise.all([channel.whenClosed, ended(channel), ended(channel.stderr)]);
    this.whenOver = read.then(() => channel.status);
  }

  get status(): ExitStatus {
    return this.#channel.status;
  }

  close(): void {
    this.#channel.closeChannel();
  }

  /** sshd forwards signals since 7.9, to the process group of the command. */
  kill(): void {
    this.#channel.signal('KILL');
    this.#channel.closeChannel();
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('end', () => resolve()));
}
