import type { Duplex } from 'node:stream';

/** A piece of bash that is run as root on a host. It carries no secret: those go through `input`. */
export interface RemoteScript {
  /** What it does, as it is named in progress lines and errors, e.g. `start kubelet`. */
  readonly title: string;
  /**
   * `reads`: leaves no file, process or setting of the host other than it was. A dry run and a preflight run nothing
   * else (see read-only.ts).
   */
  readonly effect: 'reads' | 'changes';
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
