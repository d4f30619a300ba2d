import type { Duplex } from 'node:stream';
import { HostError } from './host-error.ts';

/**
 * The effect of a script on its host. `reads`: it leaves every file, process and setting as it was, at any time.
 * `writes-aside`: it writes only files of its own, and removes them when it ends. `changes`: anything else.
 */
export type Effect = 'reads' | 'writes-aside' | 'changes';

/** A bash script that runs as root on a host. It contains no secret; secrets go through `input`. */
export interface RemoteScript {
  /** Its name in progress lines and errors, e.g. `start kubelet`. */
  readonly title: string;
  readonly effect: Effect;
  /** Bash source. It reads `input`, if any, from its standard input. */
  readonly script: string;
  /**
   * Bytes for the script's standard input, the only way for a secret to reach a host. Input too large for memory is a
   * function that starts producing it.
   */
  readonly input?: Buffer | (() => AsyncIterable<Buffer>);
  /**
   * Maximum size of its standard output in bytes; beyond it the channel is closed and the run fails. Default 1 MiB.
   */
  readonly maxOutput?: number;
  /** After this many milliseconds the channel is closed and the run fails. */
  readonly timeoutMs: number;
  /** Called for each complete line that the script prints to standard error while it runs. */
  readonly onProgress?: (line: string) => void;
  /** True: probably the last script of this connection, so no spare shell is started, which would cost the host. */
  readonly isLast?: boolean;
}

/** Exit and output of a script. */
export interface RemoteResult {
  /** Exit status; `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal?: string;
  readonly stdout: Buffer;
  /** The last MiB of its standard error. */
  readonly stderr: string;
}

/** The traffic of one connection, for the report and the bench. */
export interface TransportStatistics {
  readonly connections: number;
  readonly channels: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/**
 * A byte stream to a TCP port of a host. It emits `wanted` when a caller waits for its channel: an owner that does
 * not need the stream at the moment then destroys it, and opens another later.
 */
export interface HostStream extends Duplex {
  /**
   * Relayed by a shell of the host because its SSH server forbids forwarding: opening it took longer than a round
   * trip.
   */
  readonly relayed?: true;
}

/** One host, reached over one connection that is opened once per run. */
export interface Transport {
  /** The host's name in all messages. */
  readonly name: string;
  /**
   * Runs bash as root. A non-zero exit is a result, not an error.
   * @throws HostError when the connection is lost, a limit of time or output is exceeded, or there is no root access.
   */
  run(script: RemoteScript): Promise<RemoteResult>;
  /**
   * Opens a byte stream to a TCP port as the host itself reaches it.
   * @throws HostError when nothing listens there, or the host cannot reach it.
   */
  openTcp(address: string, port: number): Promise<HostStream>;
  statistics(): TransportStatistics;
  /** Ends the connection; a second call is safe. */
  close(): Promise<void>;
}

/** The default limit of a script's standard output, in bytes. */
export const MAX_OUTPUT = 1024 * 1024;
/** The limit of a probe: it lists folders, and the container runtime's images and containers. */
export const MAX_PROBE_OUTPUT = 16 * MAX_OUTPUT;
/** Number of bytes kept from the end of standard error: failures are reported at the end. */
export const KEPT_STDERR = 1024 * 1024;
/** The limit of standard error in bytes: each line of it is a line of the job's log. */
export const MAX_STDERR = 16 * KEPT_STDERR;

/** Effects that a transport can be limited to, in ascending order. */
const EFFECTS: readonly Effect[] = ['reads', 'writes-aside', 'changes'];

/** Returns a transport to the same host that refuses a script with more than this effect before sending any of it. */
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

/** Returns a transport to the same host under another name for messages: its member's, once known. */
export function withHostName(transport: Transport, name: string): Transport {
  return {
    name,
    run: (script) => transport.run(script),
    openTcp: (address, port) => transport.openTcp(address, port),
    statistics: () => transport.statistics(),
    close: () => transport.close(),
  };
}
