import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Link } from '../link.ts';
import type { Session } from '../root-shell/session.ts';
import type { Fifos } from './fifos.ts';
import { LocalSession } from './local-session.ts';

/** How long programs may take to end once they are to. */
const CLOSE_TIMEOUT_MS = 1000;

interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** This machine itself. */
export class LocalLink implements Link {
  readonly isHere = true;
  readonly whenLost: Promise<void>;
  readonly #fifos: Fifos;
  readonly #env: Readonly<Record<string, string>>;
  readonly #sessions = new Set<LocalSession>();
  readonly #sockets = new Set<Socket>();
  readonly #closed: () => void;
  #over: Traffic = { bytesSent: 0, bytesReceived: 0 };
  #lostBecause: string | undefined;

  /** @param env what commands find in their environment. */
  constructor(fifos: Fifos, env: Readonly<Record<string, string>>) {
    this.#fifos = fifos;
    this.#env = env;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.whenLost = promise;
    this.#closed = () => resolve(undefined);
  }

  get lostBecause(): string | undefined {
    return this.#lostBecause;
  }

  readonly openSession = async (command: string): Promise<Session> => {
    const session = new LocalSession(command, await this.#fifos.take(), this.#env);
    this.#sessions.add(session);
    void session.whenOver.then(() => {
      this.#sessions.delete(session);
      this.#over = sum([this.#over, session.traffic]);
    });
    return session;
  };

  openTcp(address: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
      socket.on('error', reject); // it stays: what comes later is told by `close`
      socket.once('connect', () => {
        this.#sockets.add(socket);
        resolve(socket);
      });
      socket.once('close', () => {
        if (this.#sockets.delete(socket)) this.#over = sum([this.#over, trafficOf(socket)]);
      });
    });
  }

  statistics(): ReturnType<Link['statistics']> {
    const open = [...this.#sessions].map(({ traffic }) => traffic);
    return { connections: 0, ...sum([this.#over, ...open, ...[...this.#sockets].map(trafficOf)]) };
  }

  async close(): Promise<void> {
    this.#lostBecause = 'this run closed it';
    const over = Promise.all([...this.#sessions].map(({ whenOver }) => whenOver));
    await Promise.race([over, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    for (const socket of this.#sockets) socket.destroy();
    this.#closed();
  }
}

function trafficOf({ bytesWritten, bytesRead }: Socket): Traffic {
  return { bytesSent: bytesWritten, bytesReceived: bytesRead };
}

function sum(parts: readonly Traffic[]): Traffic {
  return {
    bytesSent: parts.reduce((total, { bytesSent }) => total + bytesSent, 0),
    bytesReceived: parts.reduce((total, { bytesReceived }) => total + bytesReceived, 0),
  };
}
