import type { Duplex } from 'node:stream';
import { HostError } from './host-error.ts';

/**
 * What a script does to its host. `reads`: it leaves every file, process and setting as it was, at any time. `writes-aside`:
 * it writes files of its own, and removes them when it ends. `changes`: anything else.
 */
export type Effect = 'reads' | 'writes-aside' | 'changes';

/** A piece of bash that is run as root on a host. It carries no secret: those go through `input`. */
export interface RemoteScript {
  /** What it does, as it is named in progress lines and errors, e.g. `start kubelet`. */
  readonly title: string;
  readonly effect: Effect;
  /** Bash source. It reads `input`, if any, from its standard input. */
  readonly script: string;
  /**
   * Bytes for the script's standard input; the only road by which a secret reaches a host. What is too much to be held in
   * memory comes as a function that begins to give it.
   */
  readonly input?: Buffer | (() => AsyncIterable<Buffer>);
  /** So many bytes it may write to standard output; when more come the channel is closed and the run fails. Default 1 MiB. */
  readonly mostOutput?: number;
  /** After this many milliseconds the channel is closed and the run fails. */
  readonly timeoutMs: number;
  /** Called for each complete line the script writes to standard error while it runs. */
  readonly onProgress?: (line: string) => void;
  /** True: most likely none follows on this connection, so no shell is made ready for the next, which would cost the host. */
  readonly isLast?: boolean;
}

/** How a script ended. */
export interface RemoteResult {
  /** Exit status; `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal?: string;
  readonly stdout: Buffer;
  /** Its last MiB. */
  readonly stderr: string;
}

/** What went over one connection, for the report and the bench. */
export interface TransportStatistics {
  readonly connections: number;
  readonly channels: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/**
 * A byte stream to a TCP port of a host. It emits `wanted` when somebody waits for what it holds: whoever can do without
 * it for a moment then destroys it, and opens another when it is needed.
 */
export interface HostStream extends Duplex {
  /** Passed on by a shell of the host, where its SSH server forwards none: opening it took longer than a round trip. */
  readonly relayed?: true;
}

/** One host, reached over one connection that is opened once per run. */
export interface Transport {
  /** The host's name, as every message calls it. */
  readonly name: string;
  /**
   * Runs bash as root. A non-zero exit is a result, not an error.
   * @throws HostError when the connection is lost, the time is over, too much comes, or root cannot be had.
   */
  run(script: RemoteScript): Promise<RemoteResult>;
  /**
   * A byte stream to a TCP port as the host itself reaches it.
   * @throws HostError when nothing listens there, or the host cannot reach it.
   */
  openTcp(address: string, port: number): Promise<HostStream>;
  statistics(): TransportStatistics;
  /** Ends the connection; safe to call twice. */
  close(): Promise<void>;
}

/** What a script may write to standard output if it does not say otherwise, in bytes. */
export const MOST_OUTPUT = 1024 * 1024;
/** What a probe may: it lists folders, and holds what the container runtime says of all images and containers. */
export const PROBE_OUTPUT = 16 * MOST_OUTPUT;
/** What is kept of standard error, its last bytes: what went wrong is said at the end. */
export const KEPT_STDERR = 1024 * 1024;
/** What may come on standard error at all, in bytes: each line of it is a line of the job's log. */
export const MOST_STDERR = 16 * KEPT_STDERR;

/** Effects that a connection lets pass, from the least to the most. */
const EFFECTS: readonly Effect[] = ['reads', 'writes-aside', 'changes'];

/** The same host, on which a script with more than this effect is refused before a byte of it is sent. */
export function limitedTo(most: Effect, transport: Transport): Transport {
  return {
    name: transport.name,
    async run(script) {
      if (EFFECTS.indexOf(script.effect) <= EFFECTS.indexOf(most)) return transport.run(script);
      throw new HostError({
        code: 'change-while-looking',
        host: transport.name,
        at: script.title,
        fact: 'this run changes nothing, and this step would have changed the host; nothing was sent to it.',
        cause: 'Bug: a run that only observes tried to change a host.',
        fix: 'Open an issue with this log.',
      });
    },
    openTcp: (address, port) => transport.openTcp(address, port),
    statistics: () => transport.statistics(),
    close: () => transport.close(),
  };
}

/** The same host, called by another name in messages: by its member's, once that is known. */
export function named(transport: Transport, name: string): Transport {
  return {
    name,
    run: (script) => transport.run(script),
    openTcp: (address, port) => transport.openTcp(address, port),
    statistics: () => transport.statistics(),
    close: () => transport.close(),
  };
}
