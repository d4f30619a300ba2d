import { BlockList, connect, type Socket } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces, type UserInfo, userInfo } from 'node:os';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, type Finding } from '../../findings.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import { printable } from '../../text/printable.ts';
import { HostError } from '../host-error.ts';
import type { Link } from '../link.ts';
import { LinkedTransport, type LinkedTransportOptions } from '../linked-transport.ts';
import type { Session } from '../root-shell/session.ts';
import type { Transport } from '../transport.ts';
import { Fifos, LocalSession } from './local-session.ts';

/** The settings of a host that is the runner itself. */
export interface LocalOptions extends Omit<LinkedTransportOptions, 'user'> {
  /** Address that the machine must have, IPv4 or IPv6 without brackets. */
  readonly address: string;
  readonly folder: PrivateFolder;
}

/**
 * Returns a transport to the runner as a host.
 * @throws HostError when, judging by its addresses, the runner is not the host.
 */
export function connectLocal({ address, folder, ...options }: LocalOptions): Transport {
  const { name, log } = options;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (!isAmong(own, address)) throw new HostError(anotherMachine(name, address, own));
  const { username, homedir, uid } = userOf(name);
  const user = uid === 0 ? 'root' : username;
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: homedir,
    USER: username,
    LOGNAME: username,
  };
  log.debug(`This runner is ${address}: no SSH, as user ${username}`);
  return new LinkedTransport({ ...options, user }, new LocalLink(new Fifos(folder, env), env));
}

/** Returns the user of the job. @throws HostError when the machine has no entry for it; sudo would fail too. */
function userOf(host: string): UserInfo<string> {
  try {
    return userInfo();
  } catch (error) {
    throw new HostError({
      code: 'runner-user-unknown',
      host,
      at: 'connect',
      fact: `this runner has no user for the id ${process.getuid?.() ?? ''} that the job runs as: ${printable(errorMessage(error))}`,
      cause:
        'the job runs in a container under a user id that its /etc/passwd does not have (`options: --user`).',
      fix: 'let the job run without a container, as a user that the machine has.',
    });
  }
}

function isAmong(own: readonly NetworkInterfaceInfo[], address: string): boolean {
  const list = new BlockList();
  for (const one of own) list.addAddress(one.address, one.family === 'IPv6' ? 'ipv6' : 'ipv4');
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function anotherMachine(
  name: string,
  address: string,
  own: readonly NetworkInterfaceInfo[],
): Finding & { readonly host: string } {
  const seen = own.filter(({ internal }) => !internal).map((one) => one.address);
  return {
    code: 'runner-is-not-host',
    host: name,
    at: 'connect',
    fact: `this runner is not ${address}: its own addresses are ${seen.length === 0 ? 'none' : seen.join(', ')}.`,
    cause: 'the job runs on another machine than the member, or in a container with a network of its own.',
    fix: 'let the job run on the member itself (`runs-on` with a label of its own, no `container`), or set the transport of the host to SSH.',
  };
}

/** Time limit for programs to end when closing. */
const CLOSE_TIMEOUT_MS = 1000;

interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** The link to this machine itself. */
class LocalLink implements Link {
  readonly isHere = true;
  readonly whenLost: Promise<void>;
  readonly #fifos: Fifos;
  readonly #env: Readonly<Record<string, string>>;
  readonly #sessions = new Set<LocalSession>();
  readonly #sockets = new Set<Socket>();
  readonly #closed: () => void;
  #over: Traffic = { bytesSent: 0, bytesReceived: 0 };
  #lostBecause: string | undefined;

  /** @param env the environment of the commands. */
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
      socket.on('error', reject); // It stays: `close` reports later errors.
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
