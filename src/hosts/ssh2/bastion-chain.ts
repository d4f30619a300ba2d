import { BastionError, HostError } from '../host-error.ts';
import type { ChannelError } from '../link.ts';
import type { ConnectFailure } from '../ssh/connect-failure.ts';
import { jumpFailure } from '../ssh/jump-failure.ts';
import { type ConnectOptions, openLink } from './connect.ts';
import type { Dial, Dialed } from './dial.ts';
import type { Ssh2Link } from './ssh2-link.ts';

/** A bastion, and how to log in there. Its name is as in `bastion jump.example.com`. */
export type Hop = Omit<ConnectOptions, keyof Way>;

/** The way to what lies behind the bastions. */
export interface Way {
  readonly dial: Dial;
  /** The last bastion, in words. */
  readonly via: string;
  /** Why what goes that way has ended, if the way has. */
  readonly whyLost: () => string | undefined;
}

/**
 * The bastions on the way to all hosts: one connection to each for the whole run, opened when the first host is to be
 * connected to. Each is logged in to through the one before it, with its own host key: none of them sees what passes.
 */
export class BastionChain {
  readonly #hops: readonly [Hop, ...Hop[]];
  readonly #links: Ssh2Link[] = [];
  #way: Promise<Way> | undefined;
  #closed = false;

  constructor(hops: readonly [Hop, ...Hop[]]) {
    this.#hops = hops;
  }

  /**
   * The way through all of them, opened once.
   * @throws BastionError, the same to all who ask.
   */
  open(): Promise<Way> {
    this.#way ??= this.#open();
    return this.#way;
  }

  /** Ends all connections, the last one first; those that go through them must have ended before. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const link of this.#links.splice(0).toReversed()) await link.close();
  }

  async #open(): Promise<Way> {
    const [first, ...others] = this.#hops;
    let way = await this.#through(first, {});
    for (const hop of others) way = await this.#through(hop, way);
    return way;
  }

  async #through(hop: Hop, way: Partial<Way>): Promise<Way> {
    const link = await openLink({ ...hop, ...way }).catch((error: unknown) => {
      throw error instanceof HostError ? new BastionError(error) : error;
    });
    this.#links.push(link);
    // One that comes too late is not left open.
    if (this.#closed) await this.close();
    const via = `the ${hop.name}`;
    const whyLost = (): string | undefined =>
      link.lostBecause === undefined ? undefined : `the connection to ${via} was lost: ${link.lostBecause}`;
    return { via, whyLost, dial: through(link) };
  }
}

/** Connects from the far end of a link. */
function through(link: Ssh2Link): Dial {
  return async ({ address, port }, deadline, limitMs) => {
    const lost = (): ConnectFailure | undefined =>
      link.lostBecause === undefined ? undefined : { kind: 'way-lost', said: link.lostBecause };
    const before = lost();
    if (before !== undefined) return { failure: before };
    const opening = link.openTcp(address, port).then(
      (stream): Dialed => {
        if (deadline.aborted) stream.destroy();
        return { stream };
      },
      (error: unknown): Dialed => ({ failure: lost() ?? jumpFailure(error as ChannelError) }),
    );
    const { promise, resolve } = Promise.withResolvers<Dialed>();
    const onDeadline = (): void =>
      resolve({ failure: { kind: 'silent', stage: 'connect', afterMs: limitMs } });
    deadline.addEventListener('abort', onDeadline, { once: true });
    try {
      return await Promise.race([opening, promise]);
    } finally {
      deadline.removeEventListener('abort', onDeadline);
    }
  };
}
