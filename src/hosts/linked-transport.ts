import { errorMessage, type Explanation } from '../findings.ts';
import type { Log } from '../runner/log.ts';
import { HostError } from './host-error.ts';
import { type ChannelError, type Link, OPEN_FAILURE } from './link.ts';
import { ChannelSlots, type ReleaseSlot } from './root-shell/channel-slots.ts';
import { openRelay } from './root-shell/relay.ts';
import { startFinding } from './root-shell/root-shell-failure.ts';
import {
  ScriptInputError,
  OutputLimitError,
  remoteResult,
  type RootShell,
  RootShellStartError,
} from './root-shell/root-shell.ts';
import type { Privilege } from './root-shell/shell-command.ts';
import { RootShells } from './root-shell/root-shells.ts';
import type { SudoAnswer } from './root-shell/sudo-dialogue.ts';
import {
  forkFinding,
  FORWARD_TIMEOUT_MS,
  forwardFinding,
  forwardTimeoutFinding,
  inputFinding,
  lostFinding,
  NO_STATUS,
  outputFinding,
  refusedFinding,
  timeoutFinding,
} from './transport-findings.ts';
import type { HostStream, RemoteResult, RemoteScript, Transport, TransportStatistics } from './transport.ts';

/** The settings of a transport over a link. */
export interface LinkedTransportOptions {
  readonly name: string;
  readonly user: string;
  /** The user of the bash that runs scripts. Default: root. */
  readonly privilege?: Privilege;
  /** The host's own log. */
  readonly log: Log;
  /** For sudo's password prompt; absent: sudo must not prompt. */
  readonly sudo?: Pick<SudoAnswer, 'password' | 'gate'>;
}

/** sshd's default limit of sessions is 10 (MaxSessions); two are left for other uses of this login. */
const MAX_CHANNELS = 8;

/** An operation with its time limit and its findings. */
interface BoundedOperation {
  readonly title: string;
  readonly timeoutMs: number;
  readonly onTimeout: () => Explanation;
  readonly onRefused: (error: ChannelError) => Explanation;
}

/** One host over one link: the part that all transports share. */
export class LinkedTransport implements Transport {
  readonly name: string;
  readonly #user: string;
  readonly #link: Link;
  readonly #log: Log;
  readonly #slots = new ChannelSlots(MAX_CHANNELS, () => this.#requestStreams());
  readonly #shells: RootShells;
  readonly #streams = new Set<HostStream>();
  readonly #lost: Promise<void>;
  /** Ports that the server does not forward to. */
  readonly #forbidden = new Set<string>();
  #forwarded = 0;
  #closing: Promise<void> | undefined;

  /** @param link newly opened, without other users. */
  constructor({ name, user, privilege = 'root', sudo, log }: LinkedTransportOptions, link: Link) {
    this.name = name;
    this.#user = user;
    this.#log = log;
    this.#link = link;
    this.#shells = new RootShells(link.openSession, this.#slots, {
      user,
      privilege,
      answer: sudo && { ...sudo, host: name },
      isHere: link.isHere,
    });
    this.#lost = link.whenLost.then(() => {
      for (const stream of this.#streams) stream.destroy(this.#lostError('forwarded connection'));
    });
    this.#shells.warmUp();
  }

  async run(script: RemoteScript): Promise<RemoteResult> {
    const { title, timeoutMs } = script;
    let shell: RootShell | undefined;
    const step: BoundedOperation = {
      title,
      timeoutMs,
      onTimeout: () => timeoutFinding(timeoutMs, shell, this.#link.isHere),
      onRefused: (error) => {
        if (error instanceof ScriptInputError) return inputFinding(error.message);
        if (error instanceof OutputLimitError) return outputFinding(error);
        return error instanceof RootShellStartError
          ? startFinding(this.#user, error)
          : refusedFinding(errorMessage(error), this.#link.isHere);
      },
    };
    return await this.#bounded(step, async (signal) => {
      shell = await this.#shells.take(signal, script.isLast);
      const { status, ...output } = await shell.execute(script);
      if (this.#closing !== undefined) throw this.#lostError(title);
      if (status === undefined) {
        if (!this.#isLost()) throw this.#error(title, NO_STATUS);
        await this.#lost; // then the reason is known
        throw this.#lostError(title);
      }
      const unforked = script.effect === 'reads' ? forkFinding(output.stderr) : undefined;
      if (unforked !== undefined) throw this.#error(title, unforked);
      return remoteResult(status, output);
    });
  }

  async openTcp(address: string, port: number): Promise<HostStream> {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const step: BoundedOperation = {
      title: `connect to ${place}`,
      timeoutMs: FORWARD_TIMEOUT_MS,
      onTimeout: () => forwardTimeoutFinding(place),
      onRefused: (error) =>
        error instanceof RootShellStartError ? startFinding(this.#user, error) : forwardFinding(place, error),
    };
    return await this.#bounded(step, async (signal) => {
      const stream =
        (await this.#forward(address, port, place, signal)) ?? (await this.#relay(address, port, signal));
      this.#streams.add(stream);
      stream.once('close', () => this.#streams.delete(stream));
      if (signal.aborted) stream.destroy();
      // After the caller has it.
      else if (this.#slots.isWanted) setImmediate(() => stream.emit('wanted'));
      return stream;
    });
  }

  statistics(): TransportStatistics {
    return { ...this.#link.statistics(), channels: this.#shells.opened + this.#forwarded };
  }

  async close(): Promise<void> {
    this.#closing ??= this.#shells.close().then(() => this.#link.close());
    await this.#closing;
  }

  /** Opens a stream by the server's own forwarding; undefined if that is forbidden. */
  async #forward(
    address: string,
    port: number,
    place: string,
    signal: AbortSignal,
  ): Promise<HostStream | undefined> {
    if (this.#forbidden.has(place)) return undefined;
    const release = await this.#tcpSlot(signal);
    this.#forwarded += 1;
    try {
      const stream: HostStream = await this.#link.openTcp(address, port);
      stream.once('close', release);
      return stream;
    } catch (error) {
      release();
      if ((error as ChannelError).reason !== OPEN_FAILURE.prohibited) throw error;
      if (this.#forbidden.size === 0) this.#log.info(FORWARDING_FORBIDDEN);
      this.#forbidden.add(place);
      return undefined;
    }
  }

  /** Opens a stream through a shell; `signal` ends it only until it is returned. */
  async #relay(address: string, port: number, signal: AbortSignal): Promise<HostStream> {
    const end = new AbortController();
    const onAbort = (): void => end.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const shell = await this.#shells.take(end.signal);
      return await openRelay(shell, address, port);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #requestStreams(): void {
    for (const stream of this.#streams) stream.emit('wanted');
  }

  async #tcpSlot(signal: AbortSignal): Promise<ReleaseSlot> {
    const release = this.#slots.tryAcquire('tcp');
    if (release !== undefined) return release;
    this.#shells.drop();
    return await this.#slots.acquire('tcp', signal);
  }

  /** Ends the wait for `work` at the time limit or when the connection is lost, and aborts its signal. */
  async #bounded<T>(step: BoundedOperation, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isLost()) throw this.#lostError(step.title);
    const cancel = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(step.title, step.onTimeout())), step.timeoutMs);
    });
    const lost = this.#lost.then(() => {
      throw this.#lostError(step.title);
    });
    try {
      return await Promise.race([work(cancel.signal), timeout, lost]);
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw this.#isLost()
        ? this.#lostError(step.title)
        : this.#error(step.title, step.onRefused(error as ChannelError));
    } finally {
      clearTimeout(timer);
      cancel.abort();
    }
  }

  get #lostBecause(): string | undefined {
    return this.#link.lostBecause ?? (this.#closing === undefined ? undefined : 'this run closed it');
  }

  #isLost(): boolean {
    return this.#lostBecause !== undefined;
  }

  #lostError(step: string): HostError {
    return this.#error(step, lostFinding(this.#lostBecause, this.#link.isHere));
  }

  #error(step: string, explanation: Explanation): HostError {
    return new HostError({ host: this.name, at: step, ...explanation });
  }
}

const FORWARDING_FORBIDDEN =
  'The SSH server does not forward TCP connections for this user: a shell on the host makes them instead, and TLS still ends at etcd.';
